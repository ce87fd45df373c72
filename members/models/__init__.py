from members.models.people import Exemption, Joined, Left, Member, Membership
from members.models.posts import Post, Supervision
from members.models.transfers import Holiday, Transfer

__all__ = [
    "Exemption",
    "Holiday",
    "Joined",
    "Left",
    "Member",
    "Membership",
    "Post",
    "Supervision",
    "Transfer",
]
