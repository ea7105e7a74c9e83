//! The portal's staff.

use super::php::{Array, record};

/// An employee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: i64,
    /// First name.
    pub name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// Whether he is an administrator.
    pub admin: bool,
    /// `false` after dismissal.
    pub active: bool,
}

/// The employee by whose hand [`Portal::employee`](super::Portal::employee) works.
pub(crate) const MANAGER: i64 = 12;

impl User {
    /// An administrator, the technical user of the webhook, two managers.
    pub(crate) fn staff(webhook_user: i64, webhook_admin: bool) -> Vec<Self> {
        let mut staff = vec![
            Self { id: 1, name: "Иван", last_name: "Админов", admin: true, active: true },
            Self {
                id: MANAGER, name: "Мария", last_name: "Продажина", admin: false, active: true
            },
            Self { id: 15, name: "Пётр", last_name: "Заказов", admin: false, active: true },
        ];
        staff.retain(|user| user.id != webhook_user);
        staff.push(Self {
            id: webhook_user,
            name: "Обмен",
            last_name: "с 1С",
            admin: webhook_admin,
            active: true,
        });
        staff.sort_by_key(|user| user.id);
        staff
    }

    /// <https://apidocs.bitrix24.com/api-reference/user/user-get.html>
    pub(crate) fn to_php(&self) -> Array {
        record! {
            "ID" => self.id.to_string(),
            "ACTIVE" => self.active,
            "NAME" => self.name,
            "LAST_NAME" => self.last_name,
            "SECOND_NAME" => "",
            "EMAIL" => format!("user{}@example.ru", self.id),
            "LAST_LOGIN" => "",
            "DATE_REGISTER" => "2024-07-15T00:00:00+03:00",
            "IS_ONLINE" => "N",
            "TIMESTAMP_X" => Array::default(),
            "LAST_ACTIVITY_DATE" => Array::default(),
            "PERSONAL_GENDER" => "",
            "PERSONAL_BIRTHDAY" => "",
            "UF_EMPLOYMENT_DATE" => "",
            "UF_DEPARTMENT" => [1_i64].into_iter().collect::<Array>(),
            "USER_TYPE" => "employee",
        }
    }

    /// <https://apidocs.bitrix24.com/api-reference/common/users/profile.html>
    pub(crate) fn profile(&self) -> Array {
        record! {
            "ID" => self.id.to_string(),
            "ADMIN" => self.admin,
            "NAME" => self.name,
            "LAST_NAME" => self.last_name,
            "PERSONAL_GENDER" => "",
            "TIME_ZONE" => "",
        }
    }
}
