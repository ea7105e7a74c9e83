//! Forms. All that change something go through [`form`], which brings the CSRF token.

use axum_extra::routing::TypedPath;
use maud::{Markup, html};

use crate::gate::CSRF_FIELD;

/// A form that is posted to an action.
pub(crate) fn form(csrf: &str, to: &impl TypedPath, inside: Markup) -> Markup {
    html! {
        form method="post" action=(to) {
            input type="hidden" name=(CSRF_FIELD) value=(csrf);
            (inside)
        }
    }
}

/// A form that sends a file to an action registered by `Routes::upload`. Its token stands before the file.
pub(crate) fn upload(csrf: &str, to: &impl TypedPath, inside: Markup) -> Markup {
    html! {
        form method="post" action=(to) enctype="multipart/form-data" {
            input type="hidden" name=(CSRF_FIELD) value=(csrf);
            (inside)
        }
    }
}

/// A form that looks for something: its fields are in the address.
pub(crate) fn search(to: &impl TypedPath, inside: Markup) -> Markup {
    html! { form.search method="get" action=(to) role="search" { (inside) } }
}

/// A labelled input. `kind` is the type of the input.
pub(crate) fn field(label: &str, name: &str, kind: &str, value: &str, attributes: Field<'_>) -> Markup {
    html! {
        label.field {
            span { (label) }
            input type=(kind) name=(name) value=[(kind != "password").then_some(value)]
                autocomplete=[attributes.autocomplete] minlength=[attributes.min] maxlength=[attributes.max]
                required[attributes.is_required] autofocus[attributes.is_first];
            @if let Some(hint) = attributes.hint { small { (hint) } }
        }
    }
}

/// What a field may have besides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field<'t> {
    pub(crate) autocomplete: Option<&'t str>,
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
    pub(crate) is_required: bool,
    pub(crate) is_first: bool,
    pub(crate) hint: Option<&'t str>,
}

/// A box to tick.
pub(crate) fn checkbox(label: &str, name: &str, is_ticked: bool) -> Markup {
    html! {
        label.tick {
            input type="checkbox" name=(name) value="yes" checked[is_ticked];
            span { (label) }
        }
    }
}

/// One of several words.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'t> {
    pub(crate) value: &'t str,
    pub(crate) title: &'t str,
    pub(crate) is_chosen: bool,
}

/// A labelled list to choose from.
pub(crate) fn choice<'t>(label: &str, name: &str, choices: impl IntoIterator<Item = Choice<'t>>) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) {
                @for choice in choices {
                    option value=(choice.value) selected[choice.is_chosen] { (choice.title) }
                }
            }
        }
    }
}

/// The button that sends a form. Buttons that cannot be undone carry the class `danger`.
pub(crate) fn submit(title: &str) -> Markup {
    html! { button type="submit" { (title) } }
}
