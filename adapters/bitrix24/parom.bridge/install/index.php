<?php

use Bitrix\Main\Loader;
use Bitrix\Main\Localization\Loc;
use Bitrix\Main\ModuleManager;

Loc::loadMessages(__FILE__);

/**
 * The module «Паром» as the portal's list of solutions sees it.
 *
 * This file alone is written for any PHP: an old one must be able to read the sentence that says it is too old.
 */
class parom_bridge extends CModule
{
    const PHP_MIN = '8.1.0';

    public $MODULE_ID = 'parom.bridge';
    public $MODULE_VERSION;
    public $MODULE_VERSION_DATE;
    public $MODULE_NAME;
    public $MODULE_DESCRIPTION;
    public $PARTNER_NAME;
    public $PARTNER_URI = '';
    public $MODULE_GROUP_RIGHTS = 'N';

    public function __construct()
    {
        $arModuleVersion = array();
        include __DIR__ . '/version.php';
        $this->MODULE_VERSION = $arModuleVersion['VERSION'];
        $this->MODULE_VERSION_DATE = $arModuleVersion['VERSION_DATE'];
        $this->MODULE_NAME = Loc::getMessage('PAROM_BRIDGE_NAME');
        $this->MODULE_DESCRIPTION = Loc::getMessage('PAROM_BRIDGE_DESCRIPTION');
        $this->PARTNER_NAME = Loc::getMessage('PAROM_BRIDGE_PARTNER');
    }

    public function DoInstall()
    {
        global $APPLICATION, $USER;
        if (!$USER->IsAdmin()) {
            return false;
        }
        $missing = $this->missing();
        if ($missing !== '') {
            $APPLICATION->ThrowException($missing);

            return false;
        }
        try {
            $this->InstallDB();
        } catch (\Throwable $failure) {
            $this->UnInstallDB(true);
            $APPLICATION->ThrowException(
                Loc::getMessage('PAROM_BRIDGE_INSTALL_FAILED', array('#WHY#' => $failure->getMessage()))
            );

            return false;
        }
        $APPLICATION->IncludeAdminFile(Loc::getMessage('PAROM_BRIDGE_INSTALL_TITLE'), __DIR__ . '/step.php');

        return true;
    }

    /** The first page asks whether the data stay, the second does it. */
    public function DoUninstall()
    {
        global $APPLICATION, $USER;
        if (!$USER->IsAdmin()) {
            return false;
        }
        $title = Loc::getMessage('PAROM_BRIDGE_UNINSTALL_TITLE');
        $isAnswered = isset($_REQUEST['step']) && (int)$_REQUEST['step'] === 2 && check_bitrix_sessid();
        if (!$isAnswered) {
            $APPLICATION->IncludeAdminFile($title, __DIR__ . '/unstep1.php');

            return true;
        }
        $this->UnInstallDB(isset($_REQUEST['keep_data']) && $_REQUEST['keep_data'] === 'Y');
        $APPLICATION->IncludeAdminFile($title, __DIR__ . '/unstep2.php');

        return true;
    }

    public function InstallDB()
    {
        ModuleManager::registerModule($this->MODULE_ID);
        if (!Loader::includeModule($this->MODULE_ID)) {
            throw new \RuntimeException('includeModule');
        }
        \Parom\Bridge\Portal\Setup::install();

        return true;
    }

    public function UnInstallDB($keepsData = false)
    {
        if (Loader::includeModule($this->MODULE_ID)) {
            \Parom\Bridge\Portal\Setup::remove($keepsData);
        }
        ModuleManager::unRegisterModule($this->MODULE_ID);

        return true;
    }

    /** What the portal lacks, as a sentence; empty where nothing is missing. */
    private function missing()
    {
        if (version_compare(PHP_VERSION, self::PHP_MIN, '<')) {
            return Loc::getMessage('PAROM_BRIDGE_PHP_TOO_OLD', array('#MIN#' => self::PHP_MIN, '#PHP#' => PHP_VERSION));
        }
        foreach (array('crm', 'rest') as $module) {
            if (!ModuleManager::isModuleInstalled($module)) {
                return Loc::getMessage('PAROM_BRIDGE_NO_MODULE', array('#MODULE#' => $module));
            }
        }

        return '';
    }
}
