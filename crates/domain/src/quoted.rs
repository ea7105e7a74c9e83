//! Names of counterparties in sentences for people.

/// The name in quotation marks: «Насосы», and ООО «Насосы» as it is: what has marks of its own gets no second pair.
pub fn quoted(name: &str) -> String {
    if name.contains(['«', '"', '„', '“']) { name.to_owned() } else { format!("«{name}»") }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_has_one_pair_of_marks() {
        assert_eq!(quoted("Насосы"), "«Насосы»");
        assert_eq!(quoted("ООО «Насосы»"), "ООО «Насосы»");
        assert_eq!(quoted("ООО \"Насосы\""), "ООО \"Насосы\"");
    }
}
