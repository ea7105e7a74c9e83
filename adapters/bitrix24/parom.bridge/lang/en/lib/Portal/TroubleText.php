<?php

$MESS['PAROM_BRIDGE_TROUBLE_DETAIL'] = 'Answer: #DETAIL#';
$MESS['PAROM_BRIDGE_TROUBLE_UNREACHABLE'] = 'Parom does not answer. Changes wait in the queue and will be sent by themselves. If that lasts, check that Parom runs and that its address opens from the server of the portal.';
$MESS['PAROM_BRIDGE_TROUBLE_BUSY'] = 'Parom cannot take changes now. They wait in the queue and will be sent by themselves.';
$MESS['PAROM_BRIDGE_TROUBLE_UNREADABLE'] = 'The answer of Parom came in part, or another program answers. Changes stay in the queue and will be sent again. If that lasts, check the address of Parom and the proxy.';
$MESS['PAROM_BRIDGE_TROUBLE_NOTHING_ACCEPTED'] = 'Parom answered but took none of the changes. They stay in the queue and will be sent again. If that lasts, update Parom and the module.';
$MESS['PAROM_BRIDGE_TROUBLE_NOT_SIGNED'] = 'Parom saw no signature (401). Changes wait in the queue. Check that no proxy takes away the header X-Parom-Signature or asks for a password of its own.';
$MESS['PAROM_BRIDGE_TROUBLE_WRONG_SECRET'] = 'Parom did not recognise the signature (403). Changes wait in the queue. The secret in the options of the module and module_secret in the settings of Parom must be the same.';
$MESS['PAROM_BRIDGE_TROUBLE_NOBODY_LISTENS'] = 'Nobody waits for changes at this address (404). Changes wait in the queue. Check the address of Parom and that module_secret is set in section [bitrix24] of its settings.';
$MESS['PAROM_BRIDGE_TROUBLE_TOO_LARGE'] = 'A proxy between the portal and Parom does not let even one change pass (413). Changes wait in the queue. Raise its limit for the length of requests to 1 MB.';
$MESS['PAROM_BRIDGE_TROUBLE_REDIRECTED'] = 'A redirect came in place of an answer. Changes wait in the queue. Enter the exact address of Parom (https in place of http, for example).';
$MESS['PAROM_BRIDGE_TROUBLE_REFUSED'] = 'Parom refused the changes. They wait in the queue. Update the module and Parom to the same version.';
