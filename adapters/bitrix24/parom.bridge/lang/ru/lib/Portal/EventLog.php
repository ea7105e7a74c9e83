<?php

$MESS['PAROM_BRIDGE_LOG_TYPE'] = 'Паром: обмен с 1С';
$MESS['PAROM_BRIDGE_LOG_CHECK_FAILED'] = 'Проверка ИНН не сработала, запись сохранена без неё. Если это повторяется, передайте текст ошибки разработчику: #WHY#';
$MESS['PAROM_BRIDGE_LOG_REPEAT_PASSED'] = 'Сохранён повторный ИНН: у компании № #COMPANY# тот же ИНН, что у компании № #OTHER# (#WAY#). Здесь отказ потерял бы данные. Объедините компании или исправьте ИНН.';
$MESS['PAROM_BRIDGE_LOG_WAY_FORM'] = 'форма реквизита';
$MESS['PAROM_BRIDGE_LOG_WAY_CARD'] = 'карточка компании';
$MESS['PAROM_BRIDGE_LOG_WAY_REST'] = 'запрос REST';
$MESS['PAROM_BRIDGE_LOG_WAY_IMPORT'] = 'импорт';
$MESS['PAROM_BRIDGE_LOG_WAY_AFTER_CARD'] = 'реквизиты из карточки сохранялись после самой компании';
$MESS['PAROM_BRIDGE_LOG_WAY_MERGE'] = 'объединение компаний';
$MESS['PAROM_BRIDGE_LOG_WAY_RESTORE'] = 'компания добавлена или восстановлена из корзины вместе с реквизитами';
$MESS['PAROM_BRIDGE_LOG_WAY_WEB_FORM'] = 'CRM-форма на сайте';
$MESS['PAROM_BRIDGE_LOG_WAY_UNKNOWN'] = 'робот, бизнес-процесс или другая программа';
$MESS['PAROM_BRIDGE_LOG_CHANGE_LOST'] = 'Изменение не записано в очередь Парома; Паром найдёт его сам при следующем обходе. Если это повторяется, переустановите модуль с сохранением данных: #WHY#';
$MESS['PAROM_BRIDGE_LOG_TROUBLE_BEGAN'] = 'Изменения не доходят до Парома. #TROUBLE#';
$MESS['PAROM_BRIDGE_LOG_TROUBLE_ENDED'] = 'Изменения снова доходят до Парома.';
$MESS['PAROM_BRIDGE_LOG_POSTING_FAILED'] = 'Отправка изменений в Паром прервалась, очередь цела: #WHY#';
