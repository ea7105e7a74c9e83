<?php

declare(strict_types=1);

namespace Parom\Bridge\Portal;

/**
 * Everything that we listen to. Installing registers this list and uninstalling takes back the same.
 *
 * The names are the portal's, to the letter. Events of tables exist under two names each; ours are the full ones, and of
 * each only one is registered, since otherwise a check would run twice.
 */
final class Handlers
{
    /** @return list<Handler> */
    public static function all(): array
    {
        return [...self::ofGuard(), ...self::ofOutbox(), ...self::ofPortal()];
    }

    /** @return list<Handler> */
    private static function ofGuard(): array
    {
        return [
            Handler::old('main', 'OnPageStart', [FormGuard::class, 'onPageStart']),
            Handler::new('crm', '\Bitrix\Crm\Requisite::OnBeforeAdd', [RequisiteGuard::class, 'onBeforeAdd']),
            Handler::new('crm', '\Bitrix\Crm\Requisite::OnBeforeUpdate', [RequisiteGuard::class, 'onBeforeUpdate']),
            Handler::old('crm', 'OnBeforeCrmCompanyAdd', [CompanyGuard::class, 'onBeforeSave']),
            Handler::old('crm', 'OnBeforeCrmCompanyUpdate', [CompanyGuard::class, 'onBeforeSave']),
            Handler::old('crm', 'OnAfterCrmCompanyAdd', [CompanyGuard::class, 'onAfterAdd']),
        ];
    }

    /**
     * A change of requisites, bank details or addresses is no change of the company to the portal, and product rows are none of
     * the deal: each family speaks for itself.
     *
     * @return list<Handler>
     */
    private static function ofOutbox(): array
    {
        return [
            Handler::old('crm', 'OnAfterCrmCompanyAdd', [Changes::class, 'onCompanyAdded']),
            Handler::old('crm', 'OnAfterCrmCompanyUpdate', [Changes::class, 'onCompanyChanged']),
            Handler::old('crm', 'OnAfterCrmCompanyDelete', [Changes::class, 'onCompanyDeleted']),
            Handler::old('crm', 'OnAfterCrmDealAdd', [Changes::class, 'onDealAdded']),
            Handler::old('crm', 'OnAfterCrmDealUpdate', [Changes::class, 'onDealChanged']),
            Handler::old('crm', 'OnAfterCrmDealDelete', [Changes::class, 'onDealDeleted']),
            Handler::old('crm', 'OnAfterCrmDealProductRowsSave', [Changes::class, 'onProductRowsSaved']),
            Handler::new('crm', 'OnAfterDealMoveToCategory', [Changes::class, 'onDealMoved']),
            Handler::new('crm', 'OnAfterRequisiteAdd', [Changes::class, 'onRequisiteAdded']),
            Handler::new('crm', 'OnAfterRequisiteUpdate', [Changes::class, 'onRequisiteChanged']),
            Handler::new('crm', 'OnAfterRequisiteDelete', [Changes::class, 'onRequisiteDeleted']),
            Handler::new('crm', 'OnAfterBankDetailAdd', [Changes::class, 'onBankDetailAdded']),
            Handler::new('crm', 'OnAfterBankDetailUpdate', [Changes::class, 'onBankDetailChanged']),
            Handler::new('crm', 'OnAfterBankDetailDelete', [Changes::class, 'onBankDetailDeleted']),
            Handler::new('crm', 'OnAfterAddressRegister', [Changes::class, 'onAddressRegistered']),
            Handler::new('crm', 'OnAfterAddressUnregister', [Changes::class, 'onAddressUnregistered']),
            Handler::new('crm', '\Bitrix\Crm\Requisite::OnBeforeUpdate', [FormerOwners::class, 'onBeforeRequisiteUpdate']),
            Handler::new('crm', '\Bitrix\Crm\Requisite::OnBeforeDelete', [FormerOwners::class, 'onBeforeRequisiteDelete']),
            Handler::new('crm', '\Bitrix\Crm\BankDetail::OnBeforeDelete', [FormerOwners::class, 'onBeforeBankDetailDelete']),
        ];
    }

    /** @return list<Handler> */
    private static function ofPortal(): array
    {
        return [
            Handler::old('rest', 'OnRestServiceBuildDescription', [RestApi::class, 'describe']),
            Handler::old('main', 'OnEventLogGetAuditTypes', [EventLog::class, 'auditTypes']),
        ];
    }
}
