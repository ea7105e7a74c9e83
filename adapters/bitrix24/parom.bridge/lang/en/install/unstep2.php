<?php

$MESS['PAROM_BRIDGE_UNSTEP_DONE'] = 'The module Parom is removed. The folder /local/modules/parom.bridge may be deleted now.';
$MESS['PAROM_BRIDGE_UNSTEP_BACK'] = 'Back to the list of solutions';
