use super::{Decision, Why};
use crate::Rule;

/// A sentence for people: what happened to the field, and by which rule.
pub fn explain(decision: &Decision) -> String {
    let title = decision.field.title();
    match decision.why {
        Why::OnlyChangedBy(side) => format!(
            "{title}: новое значение есть только в {}, оно переносится в {}",
            side.title(),
            side.other().title()
        ),
        Why::Joined => format!("{title}: изменения 1С и Битрикс24 объединены"),
        Why::Rule(rule, side) => format!(
            "{title}: изменено и в 1С, и в Битрикс24, взято значение из {} по правилу «{}»",
            side.title(),
            rule_title(rule)
        ),
        Why::KeptApart => format!(
            "{title}: в 1С и в Битрикс24 заполнено по-разному, по правилу «{}» каждая сторона оставлена как есть",
            rule_title(Rule::FillIfEmpty)
        ),
        Why::Conflict => format!(
            "{title}: изменено и в 1С, и в Битрикс24, по правилу «{}» решает человек: выберите значение или сделайте поле одинаковым с обеих сторон",
            rule_title(Rule::Ask)
        ),
        Why::Decided => format!("{title}: значение выбрал человек"),
    }
}

/// The same of what was decided before: what happened, without the field.
pub fn explain_done(why: Why) -> String {
    match why {
        Why::OnlyChangedBy(side) => {
            format!("изменено только в {}, перенесено в {}", side.title(), side.other().title())
        }
        Why::Joined => "изменения 1С и Битрикс24 объединены".to_owned(),
        Why::Rule(rule, side) => format!(
            "изменено с обеих сторон, взято значение из {} по правилу «{}»",
            side.title(),
            rule_title(rule)
        ),
        Why::KeptApart => {
            format!("заполнено по-разному, по правилу «{}» оставлено как есть", rule_title(Rule::FillIfEmpty))
        }
        Why::Conflict => {
            format!("изменено с обеих сторон, по правилу «{}» решает человек", rule_title(Rule::Ask))
        }
        Why::Decided => "значение выбрал человек".to_owned(),
    }
}

/// A rule in the words of people.
pub fn rule_title(rule: Rule) -> &'static str {
    match rule {
        Rule::Onec => "побеждает 1С",
        Rule::Bitrix => "побеждает Битрикс24",
        Rule::Newest => "побеждает более позднее изменение",
        Rule::FillIfEmpty => "заполнять только пустое",
        Rule::Ask => "спрашивать",
    }
}
