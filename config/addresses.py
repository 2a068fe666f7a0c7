from django.conf import settings


def client_address(request) -> str:
    """Who is asking. Behind the https proxy it is the header that deploy/nginx.conf overwrites; else the peer."""
    if settings.HTTPS and request.META.get("HTTP_X_REAL_IP"):
        return request.META["HTTP_X_REAL_IP"]
    return request.META.get("REMOTE_ADDR", "")
