<?php

declare(strict_types=1);

// Signatures and habits of the portal's CRM, as far as ours meets them. Written by us.

namespace Bitrix\Crm {
    use Bitrix\Main\Event;
    use Bitrix\Main\ORM\Data\DataManager;
    use Bitrix\Main\Result;
    use Parom\Bridge\Tests\Stubs\Portal;

    final class RequisiteTable extends DataManager
    {
        protected static function &rows(): array
        {
            return Portal::$requisites;
        }

        protected static function eventName(): string
        {
            return '\Bitrix\Crm\Requisite';
        }
    }

    final class BankDetailTable extends DataManager
    {
        protected static function &rows(): array
        {
            return Portal::$bankDetails;
        }

        protected static function eventName(): string
        {
            return '\Bitrix\Crm\BankDetail';
        }
    }

    final class CompanyTable extends DataManager
    {
        protected static function &rows(): array
        {
            return Portal::$companies;
        }

        protected static function eventName(): string
        {
            return '\Bitrix\Crm\Company';
        }
    }

    final class EntityRequisite
    {
        /** @param array<string, mixed> $fields */
        public function add(array $fields): Result
        {
            $result = RequisiteTable::add($fields);
            if ($result->isSuccess()) {
                $id = (int)\array_key_last(Portal::$requisites);
                (new Event('crm', 'OnAfterRequisiteAdd', ['id' => $id, 'fields' => $fields]))->send();
            }

            return $result;
        }

        /** @param array<string, mixed> $fields */
        public function update(int $id, array $fields): Result
        {
            $result = RequisiteTable::update($id, $fields);
            if ($result->isSuccess()) {
                (new Event('crm', 'OnAfterRequisiteUpdate', ['id' => $id, 'fields' => $fields]))->send();
            }

            return $result;
        }

        public function delete(int $id): Result
        {
            $result = RequisiteTable::delete($id);
            (new Event('crm', 'OnAfterRequisiteDelete', ['id' => $id]))->send();

            return $result;
        }

        /**
         * Runs validators and sends no event.
         *
         * @param array<string, mixed> $fields
         */
        public function checkBeforeAdd(array $fields): Result
        {
            $result = new Result();
            RequisiteTable::checkFields($result, null, $fields);

            return $result;
        }

        /** @param array<string, mixed> $fields */
        public function checkBeforeUpdate(int $id, array $fields): Result
        {
            $result = new Result();
            RequisiteTable::checkFields($result, ['ID' => $id], $fields);

            return $result;
        }

        /**
         * @param array<mixed> $formData
         * @param array<mixed> $requisites
         * @param array<mixed> $bankDetails
         */
        public static function intertalizeFormData(array $formData, int $entityTypeID, array &$requisites, array &$bankDetails): void
        {
            foreach ($formData as $id => $posted) {
                if ((int)$id > 0 && ($posted['DELETED'] ?? '') === 'Y') {
                    $requisites[$id] = ['isDeleted' => true];
                } elseif (($posted['SIGN'] ?? '') === self::sign($posted['DATA'] ?? '', $entityTypeID)) {
                    $requisites[$id] = ['fields' => \json_decode($posted['DATA'], true)['fields']];
                }
            }
        }

        /**
         * What a caller gets of errors is his own affair; no caller in the portal looks.
         *
         * @param array<mixed> $requisites
         * @param array<mixed> $bankDetails
         */
        public static function saveFormData(int $entityTypeID, int $entityID, array $requisites, array $bankDetails): Result
        {
            $all = new Result();
            foreach ($requisites as $id => $requisite) {
                $fields = ['ENTITY_TYPE_ID' => $entityTypeID, 'ENTITY_ID' => $entityID] + ($requisite['fields'] ?? []);
                $entity = new self();
                $result = (int)$id > 0 ? $entity->update((int)$id, $fields) : $entity->add($fields);
                foreach ($result->getErrorMessages() as $message) {
                    $all->addError(new \Bitrix\Main\Error($message));
                }
            }

            return $all;
        }

        /** What only the portal can make, and makes behind the checked form. */
        public static function sign(string $data, int $entityTypeID): string
        {
            return \hash_hmac('sha256', $data, "crm.requisite.edit-{$entityTypeID}");
        }
    }

    final class EntityBankDetail
    {
        public function delete(int $id): void
        {
            BankDetailTable::delete($id);
            (new Event('crm', 'OnAfterBankDetailDelete', ['id' => $id]))->send();
        }
    }
}

namespace Bitrix\Crm\Merger {
    use Bitrix\Crm\EntityRequisite;
    use Bitrix\Main\Result;

    final class RequisiteMergingHelper
    {
        /** The survivor takes what it lacks, the result is not looked at, the other goes. */
        public static function merge(int $survivor, int $other): void
        {
            $entity = new EntityRequisite();
            $lacking = \array_diff_key(\Parom\Bridge\Tests\Stubs\Portal::$requisites[$other], ['ID' => 1, 'ENTITY_ID' => 1]);
            $entity->update($survivor, $lacking);
            $entity->delete($other);
        }

        public static function rebind(int $requisite, int $company): Result
        {
            return (new EntityRequisite())->update($requisite, ['ENTITY_TYPE_ID' => 4, 'ENTITY_ID' => $company]);
        }
    }
}

namespace Bitrix\Crm\Requisite {
    use Bitrix\Crm\EntityRequisite;
    use Bitrix\Main\Result;

    final class ImportHelper
    {
        /** @param array<string, mixed> $fields */
        public static function importParsedRequisites(array $fields): Result
        {
            return (new EntityRequisite())->add($fields);
        }
    }
}

namespace Bitrix\Crm\WebForm {
    use Bitrix\Crm\EntityRequisite;
    use Bitrix\Main\Result;

    final class Requisite
    {
        /** @param array<string, mixed> $fields */
        public static function fill(array $fields): Result
        {
            return (new EntityRequisite())->add($fields);
        }
    }
}

namespace {
    use Bitrix\Crm\EntityRequisite;
    use Parom\Bridge\Tests\Stubs\Portal;

    final class CCrmCompany
    {
        public string $LAST_ERROR = '';

        /** @param array<string, mixed> $fields */
        public function Add(array &$fields): int|false
        {
            if (!Portal::old('crm', 'OnBeforeCrmCompanyAdd', [&$fields])) {
                $this->LAST_ERROR = $fields['RESULT_MESSAGE'] ?? '';

                return false;
            }
            $id = Portal::$companies === [] ? 1 : \max(\array_keys(Portal::$companies)) + 1;
            Portal::$companies[$id] = ['ID' => (string)$id, 'IS_MY_COMPANY' => $fields['IS_MY_COMPANY'] ?? 'N'];
            $fields['ID'] = $id;
            Portal::old('crm', 'OnAfterCrmCompanyAdd', [&$fields]);

            return $id;
        }

        /** @param array<string, mixed> $fields */
        public function Update(int $id, array &$fields): bool
        {
            $fields['ID'] = $id;
            if (!Portal::old('crm', 'OnBeforeCrmCompanyUpdate', [&$fields])) {
                $this->LAST_ERROR = $fields['RESULT_MESSAGE'] ?? '';

                return false;
            }
            Portal::old('crm', 'OnAfterCrmCompanyUpdate', [&$fields]);

            return true;
        }

        /**
         * The end of saving a card: the company, and then its requisites with whatever they answer.
         *
         * @param array<string, mixed> $fields
         * @return string the error that the employee sees
         */
        public static function saveCard(?int $id, array $fields): string
        {
            $company = new self();
            if ($id === null) {
                $id = $company->Add($fields);
            } elseif ($fields !== [] && !$company->Update($id, $fields)) {
                $id = false;
            }
            if ($id === false) {
                return $company->LAST_ERROR;
            }
            $requisites = $bankDetails = [];
            EntityRequisite::intertalizeFormData($_POST['REQUISITES'] ?? [], 4, $requisites, $bankDetails);
            EntityRequisite::saveFormData(4, $id, $requisites, $bankDetails);

            return '';
        }
    }
}
