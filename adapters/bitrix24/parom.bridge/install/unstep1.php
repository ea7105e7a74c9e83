<?php

use Bitrix\Main\Localization\Loc;

if (!defined('B_PROLOG_INCLUDED') || B_PROLOG_INCLUDED !== true) {
    die();
}
if (!check_bitrix_sessid()) {
    return;
}
Loc::loadMessages(__FILE__);
/** @global CMain $APPLICATION */
?>
<form action="<?= htmlspecialcharsbx($APPLICATION->GetCurPage()) ?>" method="post">
    <?= bitrix_sessid_post() ?>
    <input type="hidden" name="lang" value="<?= htmlspecialcharsbx(LANGUAGE_ID) ?>">
    <input type="hidden" name="id" value="parom.bridge">
    <input type="hidden" name="uninstall" value="Y">
    <input type="hidden" name="step" value="2">
    <?php CAdminMessage::ShowMessage(Loc::getMessage('PAROM_BRIDGE_UNSTEP_WARNING')); ?>
    <p>
        <label>
            <input type="checkbox" name="keep_data" value="Y">
            <?= Loc::getMessage('PAROM_BRIDGE_UNSTEP_KEEP') ?>
        </label>
    </p>
    <input type="submit" value="<?= htmlspecialcharsbx(Loc::getMessage('PAROM_BRIDGE_UNSTEP_REMOVE')) ?>">
</form>
