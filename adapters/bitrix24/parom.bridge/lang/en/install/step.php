<?php

$MESS['PAROM_BRIDGE_STEP_DONE'] = 'The module Parom is installed. A repeated INN can no longer be saved.';
$MESS['PAROM_BRIDGE_STEP_NEXT'] = 'For Parom to learn of changes at once, set its address and the secret in the options of the module.';
$MESS['PAROM_BRIDGE_STEP_OPTIONS'] = 'Open the options of the module';
