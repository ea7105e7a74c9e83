<?php

$MESS['PAROM_BRIDGE_LOG_TYPE'] = 'Parom: exchange with 1C';
$MESS['PAROM_BRIDGE_LOG_CHECK_FAILED'] = 'The check of the INN failed, and the record was saved without it. If that repeats, pass the error on to the developer: #WHY#';
$MESS['PAROM_BRIDGE_LOG_REPEAT_PASSED'] = 'A repeated INN was saved: company No. #COMPANY# has the same INN as company No. #OTHER# (#WAY#). A refusal would have lost data here. Merge the companies or mend the INN.';
$MESS['PAROM_BRIDGE_LOG_WAY_FORM'] = 'form of a requisite';
$MESS['PAROM_BRIDGE_LOG_WAY_CARD'] = 'card of a company';
$MESS['PAROM_BRIDGE_LOG_WAY_REST'] = 'call of REST';
$MESS['PAROM_BRIDGE_LOG_WAY_IMPORT'] = 'import';
$MESS['PAROM_BRIDGE_LOG_WAY_AFTER_CARD'] = 'requisites of a card, saved after the company itself';
$MESS['PAROM_BRIDGE_LOG_WAY_MERGE'] = 'merge of companies';
$MESS['PAROM_BRIDGE_LOG_WAY_RESTORE'] = 'a company was added, or restored from the recycle bin, with its requisites';
$MESS['PAROM_BRIDGE_LOG_WAY_WEB_FORM'] = 'CRM form on a site';
$MESS['PAROM_BRIDGE_LOG_WAY_UNKNOWN'] = 'robot, business process or another program';
$MESS['PAROM_BRIDGE_LOG_CHANGE_LOST'] = 'A change was not written into the queue; Parom will find it at its next sweep. If that repeats, reinstall the module keeping the data: #WHY#';
$MESS['PAROM_BRIDGE_LOG_TROUBLE_BEGAN'] = 'Changes do not reach Parom. #TROUBLE#';
$MESS['PAROM_BRIDGE_LOG_TROUBLE_ENDED'] = 'Changes reach Parom again.';
$MESS['PAROM_BRIDGE_LOG_POSTING_FAILED'] = 'Sending changes to Parom broke off, the queue is whole: #WHY#';
