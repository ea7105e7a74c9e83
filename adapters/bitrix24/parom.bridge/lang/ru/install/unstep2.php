<?php

$MESS['PAROM_BRIDGE_UNSTEP_DONE'] = 'Модуль «Паром» удалён. Папку /local/modules/parom.bridge теперь можно стереть.';
$MESS['PAROM_BRIDGE_UNSTEP_BACK'] = 'Вернуться к списку решений';
