<?php

$MESS['PAROM_BRIDGE_UNSTEP_WARNING'] = 'Without the module a repeated INN can be saved again, and Parom learns of changes by its own sweeps only.';
$MESS['PAROM_BRIDGE_UNSTEP_KEEP'] = 'Keep the settings and the queue of changes (if the module will be installed again)';
$MESS['PAROM_BRIDGE_UNSTEP_REMOVE'] = 'Remove the module';
