<?php

use Bitrix\Main\Localization\Loc;

if (!defined('B_PROLOG_INCLUDED') || B_PROLOG_INCLUDED !== true) {
    die();
}
if (!check_bitrix_sessid()) {
    return;
}
Loc::loadMessages(__FILE__);
CAdminMessage::ShowNote(Loc::getMessage('PAROM_BRIDGE_STEP_DONE'));
?>
<p><?= Loc::getMessage('PAROM_BRIDGE_STEP_NEXT') ?></p>
<form action="/bitrix/admin/settings.php">
    <input type="hidden" name="lang" value="<?= htmlspecialcharsbx(LANGUAGE_ID) ?>">
    <input type="hidden" name="mid" value="parom.bridge">
    <input type="submit" value="<?= htmlspecialcharsbx(Loc::getMessage('PAROM_BRIDGE_STEP_OPTIONS')) ?>">
</form>
