from django.core.exceptions import BadRequest


def refuse_nul(get_response):
    """PostgreSQL keeps no NUL, in text or in JSON, and no keyboard types one: such a request is refused here and not
    in the middle of a change."""

    def refuse(request):
        for given in (request.GET, request.POST):
            if any("\0" in text for _, texts in given.lists() for text in texts):
                raise BadRequest("NUL in a request")
        return get_response(request)

    return refuse
