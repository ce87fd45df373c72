"""What the fields of several forms have in common."""

DATE_ERRORS = {
    "required": "Hãy nhập ngày, ví dụ 05/01/2027.",
    "invalid": "Ngày chưa đúng. Hãy nhập ngày/tháng/năm, ví dụ 05/01/2027.",
}


def attributes(name):
    """Return the attributes of a plain input whose error stands below it."""
    return {"class": "form-control", "autocomplete": "off", "aria-describedby": f"{name}-error"}
