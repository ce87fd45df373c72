"""How far a sheet has come, and whose answer a score is."""

from django.db import models


class State(models.TextChoices):
    DRAFT = "draft", "Đang nhập"
    SUBMITTED = "submitted", "Đã nộp"
    RETURNED = "returned", "Bị trả lại"
    APPRAISED = "appraised", "Đã thẩm định"
    DECIDED = "decided", "Đã quyết định"


class Stage(models.TextChoices):
    SELF = "self", "Tự chấm"
    APPRAISED = "appraised", "Thẩm định"
    FINAL = "final", "Kết quả"
