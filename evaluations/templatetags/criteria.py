"""Filters that say the codes and rules of a criteria set in words."""

from django import template
from django.forms import CheckboxInput, RadioSelect, Select

from evaluations import criteria_words, reasons
from evaluations.rules.numbers import HUNDRED, half_up, spoken

register = template.Library()


@register.filter
def says(code, kind):
    """Name a code: {{ line.evidence|says:"evidence" }}."""
    return criteria_words.said(kind, code)


@register.filter
def band_words(band, input_kind):
    return criteria_words.band_words(band, input_kind)


@register.filter
def feeds(line):
    return criteria_words.line_feeds(line)


@register.filter
def quota_words(quota):
    return criteria_words.quota_words(quota)


@register.filter
def class_name(code):
    return reasons.class_name(code)


@register.filter
def named(codes, names):
    """Join the names of codes."""
    return ", ".join(names.get(code, code) for code in codes)


@register.filter
def percent(share):
    """Say a share of (numerator, denominator) in percent: "75"."""
    return spoken(half_up(100 * HUNDRED * share[0], share[1]))


@register.inclusion_tag("evaluations/_draft_field.html")
def draft_field(field):
    """Draw a field of a draft with its label, help, error, and what the check found in it."""
    name, widget, form = field.auto_id, field.field.widget, field.form
    notes = getattr(form, "notes", {}).get(name, ())
    told = [
        part
        for part, is_there in (
            (f"{name}_helptext", field.help_text),
            (f"{name}-error", field.errors),
            (f"{name}-notes", notes),
        )
        if is_there
    ]
    many = isinstance(widget, RadioSelect)
    attributes = {"class": _css(widget)}
    if told:
        attributes["aria-describedby"] = " ".join(told)
    if field.errors or any(note.severity == "error" for note in notes):
        attributes["aria-invalid"] = "true"
    if field.name == getattr(form, "addend", ""):
        attributes["data-addend"] = ""
    if getattr(form, "takes_focus", False) and field.name == form.visible_fields()[0].name:
        attributes["autofocus"] = True
    return {
        "field": field,
        "notes": notes,
        "told": " ".join(told),
        "kind": "many" if many else "check" if isinstance(widget, CheckboxInput) else "one",
        "control": "" if many else field.as_widget(attrs=attributes),
    }


def _css(widget):
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("evaluations/_draft_notes.html")
def draft_notes(part):
    """List what the check found about a row or a list as a whole."""
    return {"id": f"{part.anchor}-notes", "notes": part.notes.get(part.anchor, ())}
