<?php

$MESS['PAROM_BRIDGE_PAGE_SAVED'] = 'Settings are saved.';
$MESS['PAROM_BRIDGE_PAGE_BAD_ADDRESS'] = 'The address of Parom was not saved: it has to look like http://server:8024, without login and password.';
$MESS['PAROM_BRIDGE_PAGE_SHORT_SECRET'] = 'The secret was not saved: it needs at least #MIN# characters. The button "Make a new secret" invents one.';
$MESS['PAROM_BRIDGE_PAGE_BAD_USER'] = 'The technical user was not saved: give the number (ID) of the user in digits or leave the field empty.';
$MESS['PAROM_BRIDGE_PAGE_POSTED'] = 'Changes taken by Parom: #COUNT#. The queue is empty.';
$MESS['PAROM_BRIDGE_PAGE_POSTED_PART'] = 'Changes taken by Parom: #COUNT#. The agent will send the rest.';
$MESS['PAROM_BRIDGE_PAGE_BUSY'] = 'Another process is sending the changes right now. Reload the page in a minute.';
$MESS['PAROM_BRIDGE_PAGE_NOT_SET_UP'] = 'The address of Parom or the secret is not set: enter them and save.';
$MESS['PAROM_BRIDGE_PAGE_CHECKED'] = 'Parom answers, the secret fits.';
