<?php

$MESS['PAROM_BRIDGE_NAME'] = 'Паром: обмен с 1С';
$MESS['PAROM_BRIDGE_DESCRIPTION'] = 'Не даёт завести второго клиента с тем же ИНН и сообщает программе «Паром» об изменениях в компаниях и сделках.';
$MESS['PAROM_BRIDGE_PARTNER'] = 'Паром';
$MESS['PAROM_BRIDGE_INSTALL_TITLE'] = 'Установка модуля «Паром»';
$MESS['PAROM_BRIDGE_UNINSTALL_TITLE'] = 'Удаление модуля «Паром»';
$MESS['PAROM_BRIDGE_INSTALL_FAILED'] = 'Модуль «Паром» не установлен, в портале ничего не изменилось: #WHY#';
$MESS['PAROM_BRIDGE_PHP_TOO_OLD'] = 'Модулю «Паром» нужен PHP #MIN# или новее, на сервере #PHP#. Обновите PHP и повторите установку.';
$MESS['PAROM_BRIDGE_NO_MODULE'] = 'Модулю «Паром» нужен модуль «#MODULE#»: установите его и повторите.';
