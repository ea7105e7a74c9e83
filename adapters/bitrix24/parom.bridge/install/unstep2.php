<?php

use Bitrix\Main\Localization\Loc;

if (!defined('B_PROLOG_INCLUDED') || B_PROLOG_INCLUDED !== true) {
    die();
}
if (!check_bitrix_sessid()) {
    return;
}
Loc::loadMessages(__FILE__);
CAdminMessage::ShowNote(Loc::getMessage('PAROM_BRIDGE_UNSTEP_DONE'));
?>
<form action="/bitrix/admin/partner_modules.php">
    <input type="hidden" name="lang" value="<?= htmlspecialcharsbx(LANGUAGE_ID) ?>">
    <input type="submit" value="<?= htmlspecialcharsbx(Loc::getMessage('PAROM_BRIDGE_UNSTEP_BACK')) ?>">
</form>
