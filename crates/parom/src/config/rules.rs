//! `[rules]`: who wins when both shores changed a field. Keys are the fields of the contract with 1C.

use domain::{Field, Rule, Rules};

use super::reader::Section;

pub(super) fn read(section: &mut Section<'_, '_>) -> Rules {
    Field::ALL.into_iter().fold(Rules::default(), |rules, field| {
        let rule = section.take(field.as_str(), Rule::default());
        // A rule that says what is so anyway leaves no trace: equal settings are equal values.
        if rule == Rule::default() { rules } else { rules.with(field, rule) }
    })
}
