<?php

// The guard works from the first minute; reporting waits until Parom's address and the secret are set.
$parom_bridge_default_option = [
    'guard' => 'Y',
    'branches' => 'inn',
    'outbox' => 'Y',
    'address' => '',
    'secret' => '',
    'technical_user' => '0',
    'queue_state' => '',
];
