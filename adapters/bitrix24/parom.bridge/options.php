<?php

use Bitrix\Main\Loader;
use Bitrix\Main\Localization\Loc;
use Parom\Bridge\Core\Guard\Branches;
use Parom\Bridge\Core\Module;
use Parom\Bridge\Core\Outbox\Summary;
use Parom\Bridge\Portal\Agent;
use Parom\Bridge\Portal\Options;
use Parom\Bridge\Portal\OptionsPage;
use Parom\Bridge\Portal\Parts;
use Parom\Bridge\Portal\TroubleText;

if (!defined('B_PROLOG_INCLUDED') || B_PROLOG_INCLUDED !== true) {
    die();
}

/**
 * @global CMain $APPLICATION
 * @global CUser $USER
 */
Loc::loadMessages(__FILE__);
if (!$USER->IsAdmin() || !Loader::includeModule('parom.bridge')) {
    CAdminMessage::ShowMessage(Loc::getMessage('PAROM_BRIDGE_OPTIONS_DENIED'));

    return;
}

$options = Parts::ofRequest()->options();
$page = new OptionsPage($options);
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (check_bitrix_sessid()) {
        $page->handle($_POST);
    } else {
        $page->errors[] = Loc::getMessage('PAROM_BRIDGE_OPTIONS_SESSION');
    }
}

$settings = Parts::ofRequest()->settings();
$state = $options->load();
$summary = Parts::ofRequest()->outbox()->summary();
$html = static fn (string $text): string => htmlspecialcharsbx($text);
$say = static fn (string $key, array $values = []): string => $html((string)Loc::getMessage($key, $values));
$time = static fn (?int $seconds): string => $seconds === null
    ? $say('PAROM_BRIDGE_OPTIONS_NEVER')
    : $html(date('d.m.Y H:i:s', $seconds));
$isFixed = static fn (string $name): string => $options->isFixed($name) ? ' disabled' : '';
$isChecked = static fn (bool $is): string => $is ? ' checked' : '';
$agent = CAgent::GetList([], ['MODULE_ID' => Module::ID, 'NAME' => Agent::CALL])->Fetch();
$length = $summary->length >= Summary::COUNTED_MAX
    ? $say('PAROM_BRIDGE_OPTIONS_MORE_THAN', ['#COUNT#' => (string)Summary::COUNTED_MAX])
    : $html((string)$summary->length);

foreach ($page->errors as $error) {
    CAdminMessage::ShowMessage(['MESSAGE' => $error, 'TYPE' => 'ERROR', 'HTML' => false]);
}
foreach ($page->notes as $note) {
    CAdminMessage::ShowMessage(['MESSAGE' => $note, 'TYPE' => 'OK', 'HTML' => false]);
}
if ($page->newSecret !== '') {
    CAdminMessage::ShowMessage([
        'MESSAGE' => Loc::getMessage('PAROM_BRIDGE_OPTIONS_NEW_SECRET'),
        'DETAILS' => $page->newSecret,
        'TYPE' => 'OK',
        'HTML' => false,
    ]);
}

$tabs = new CAdminTabControl('paromBridge', [
    [
        'DIV' => 'settings',
        'TAB' => Loc::getMessage('PAROM_BRIDGE_OPTIONS_TAB'),
        'TITLE' => Loc::getMessage('PAROM_BRIDGE_OPTIONS_TAB_TITLE'),
    ],
    [
        'DIV' => 'outbox',
        'TAB' => Loc::getMessage('PAROM_BRIDGE_OPTIONS_STATE_TAB'),
        'TITLE' => Loc::getMessage('PAROM_BRIDGE_OPTIONS_STATE_TITLE'),
    ],
]);
$tabs->Begin();
?>
<form method="post" action="<?= $html($APPLICATION->GetCurPage() . '?mid=' . Module::ID . '&lang=' . LANGUAGE_ID) ?>">
    <?= bitrix_sessid_post() ?>
    <?php $tabs->BeginNextTab(); ?>
    <tr class="heading"><td colspan="2"><?= $say('PAROM_BRIDGE_OPTIONS_GUARD_HEADING') ?></td></tr>
    <tr>
        <td width="40%"><label for="parom_guard"><?= $say('PAROM_BRIDGE_OPTIONS_GUARD') ?></label></td>
        <td><input type="checkbox" id="parom_guard" name="<?= Options::GUARD ?>" value="Y"<?= $isChecked($settings->guards) ?>></td>
    </tr>
    <tr>
        <td><label for="parom_branches"><?= $say('PAROM_BRIDGE_OPTIONS_BRANCHES') ?></label></td>
        <td>
            <select id="parom_branches" name="<?= Options::BRANCHES ?>">
                <?php foreach (Branches::cases() as $branches) : ?>
                    <option value="<?= $html($branches->value) ?>"<?= $branches === $settings->branches ? ' selected' : '' ?>>
                        <?= $say($branches === Branches::ByKpp ? 'PAROM_BRIDGE_OPTIONS_BY_KPP' : 'PAROM_BRIDGE_OPTIONS_BY_INN') ?>
                    </option>
                <?php endforeach; ?>
            </select>
        </td>
    </tr>
    <tr class="heading"><td colspan="2"><?= $say('PAROM_BRIDGE_OPTIONS_OUTBOX_HEADING') ?></td></tr>
    <tr>
        <td><label for="parom_outbox"><?= $say('PAROM_BRIDGE_OPTIONS_OUTBOX') ?></label></td>
        <td><input type="checkbox" id="parom_outbox" name="<?= Options::OUTBOX ?>" value="Y"<?= $isChecked($settings->reports) ?>></td>
    </tr>
    <tr>
        <td><label for="parom_address"><?= $say('PAROM_BRIDGE_OPTIONS_ADDRESS') ?></label></td>
        <td>
            <input type="text" size="50" id="parom_address" name="<?= Options::ADDRESS ?>" placeholder="http://parom.local:8024"
                value="<?= $html($options->get(Options::ADDRESS)) ?>"<?= $isFixed(Options::ADDRESS) ?>>
        </td>
    </tr>
    <tr>
        <td><label for="parom_secret"><?= $say('PAROM_BRIDGE_OPTIONS_SECRET') ?></label></td>
        <td>
            <input type="password" size="50" id="parom_secret" name="<?= Options::SECRET ?>" value="" autocomplete="new-password"
                placeholder="<?= $say($settings->secret === '' ? 'PAROM_BRIDGE_OPTIONS_SECRET_NONE' : 'PAROM_BRIDGE_OPTIONS_SECRET_SET') ?>"<?= $isFixed(Options::SECRET) ?>>
            <input type="submit" name="make_secret" value="<?= $say('PAROM_BRIDGE_OPTIONS_MAKE_SECRET') ?>"<?= $isFixed(Options::SECRET) ?>>
        </td>
    </tr>
    <tr>
        <td><label for="parom_user"><?= $say('PAROM_BRIDGE_OPTIONS_USER') ?></label></td>
        <td>
            <input type="text" size="10" id="parom_user" name="<?= Options::TECHNICAL_USER ?>"
                value="<?= $settings->technicalUser > 0 ? $settings->technicalUser : '' ?>">
            <?= $say('PAROM_BRIDGE_OPTIONS_USER_HINT') ?>
        </td>
    </tr>
    <?php $tabs->BeginNextTab(); ?>
    <tr>
        <td width="40%"><?= $say('PAROM_BRIDGE_OPTIONS_WORKS') ?></td>
        <td><?= $say($settings->mayReport() ? 'PAROM_BRIDGE_OPTIONS_YES' : 'PAROM_BRIDGE_OPTIONS_NO') ?></td>
    </tr>
    <tr>
        <td><?= $say('PAROM_BRIDGE_OPTIONS_LENGTH') ?></td>
        <td><?= $length ?></td>
    </tr>
    <tr>
        <td><?= $say('PAROM_BRIDGE_OPTIONS_OLDEST') ?></td>
        <td><?= $time($summary->oldestAt) ?></td>
    </tr>
    <tr>
        <td><?= $say('PAROM_BRIDGE_OPTIONS_ACCEPTED') ?></td>
        <td><?= $time($state->acceptedAt) ?></td>
    </tr>
    <tr>
        <td><?= $say('PAROM_BRIDGE_OPTIONS_AGENT') ?></td>
        <td><?= $html((string)($agent['LAST_EXEC'] ?? '')) ?: $say('PAROM_BRIDGE_OPTIONS_NEVER') ?></td>
    </tr>
    <?php if ($state->trouble !== null) : ?>
        <tr>
            <td><?= $say('PAROM_BRIDGE_OPTIONS_TROUBLE') ?></td>
            <td><b><?= $html(TroubleText::of($state->trouble, $state->detail)) ?></b></td>
        </tr>
        <tr>
            <td><?= $say('PAROM_BRIDGE_OPTIONS_SINCE') ?></td>
            <td><?= $time($state->since) ?></td>
        </tr>
        <tr>
            <td><?= $say('PAROM_BRIDGE_OPTIONS_NEXT_TRY') ?></td>
            <td><?= $time($state->nextTryAt) ?></td>
        </tr>
    <?php endif; ?>
    <tr>
        <td></td>
        <td>
            <input type="submit" name="check" value="<?= $say('PAROM_BRIDGE_OPTIONS_CHECK') ?>">
            <input type="submit" name="post_now" value="<?= $say('PAROM_BRIDGE_OPTIONS_POST_NOW') ?>">
        </td>
    </tr>
    <?php $tabs->Buttons(); ?>
    <input type="submit" class="adm-btn-save" name="save" value="<?= $say('PAROM_BRIDGE_OPTIONS_SAVE') ?>">
</form>
<?php
$tabs->End();
