//! The partner's look: its colour, its pictures, its name at the head.

use std::borrow::Cow;

use domain::page_settings::{ImageUrl, PageSettings};
use maud::{Markup, html};

/// What the pages of magic links have besides.
pub(super) const STYLE: &str = include_str!("link.css");

/// The styles of a page. A colour is six digits, whatever was sent.
pub(super) fn styles(settings: &PageSettings) -> Vec<Cow<'static, str>> {
    let mut styles = vec![Cow::Borrowed(STYLE)];
    if let Some(color) = settings.background_color {
        let text = color.text();
        styles.push(Cow::Owned(format!("body{{background:{color}}}.brand{{color:{text}}}")));
    }
    styles
}

/// Where its pictures are, as sources of a Content-Security-Policy: the path, too, in which `;` and
/// `,` would end the source (CSP3, 2.3.1); a query does not count.
pub(super) fn sources(settings: &PageSettings) -> Vec<String> {
    let source = |image: &ImageUrl| {
        let path = image.url().path().replace(';', "%3B").replace(',', "%2C");
        format!("{}{path}", image.origin())
    };
    [&settings.header_image, &settings.company_logo].into_iter().flatten().map(source).collect()
}

/// What is above the page, where the partner has pictures. They say nothing that is not written.
pub(super) fn header(settings: &PageSettings, partner: &str) -> Option<Markup> {
    let PageSettings { header_image, company_logo, .. } = settings;
    if header_image.is_none() && company_logo.is_none() {
        return None;
    }
    let image = |class: &str, image: &ImageUrl| {
        html! { img class=(class) src=(image.url()) alt="" referrerpolicy="no-referrer"; }
    };
    Some(html! {
        header.brand {
            @if let Some(picture) = header_image { (image("banner", picture)) }
            p {
                @if let Some(logo) = company_logo { (image("logo", logo)) }
                bdi { (partner) }
            }
        }
    })
}
