<?php

$MESS['PAROM_BRIDGE_NAME'] = 'Parom: exchange with 1C';
$MESS['PAROM_BRIDGE_DESCRIPTION'] = 'Refuses a second client with the same INN and tells the program Parom of changes in companies and deals.';
$MESS['PAROM_BRIDGE_PARTNER'] = 'Parom';
$MESS['PAROM_BRIDGE_INSTALL_TITLE'] = 'Installing the module Parom';
$MESS['PAROM_BRIDGE_UNINSTALL_TITLE'] = 'Removing the module Parom';
$MESS['PAROM_BRIDGE_INSTALL_FAILED'] = 'The module Parom was not installed, nothing in the portal has changed: #WHY#';
$MESS['PAROM_BRIDGE_PHP_TOO_OLD'] = 'The module Parom needs PHP #MIN# or later, the server has #PHP#. Update PHP and install again.';
$MESS['PAROM_BRIDGE_NO_MODULE'] = 'The module Parom needs the module "#MODULE#": install it and try again.';
