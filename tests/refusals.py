"""Bad arguments of one function, all at once: those that are taken, or refused in other words, are returned."""


def not_refused(function, good, cases):
    """The cases, (changed arguments, error, part of its message), that do not raise exactly this error and say so.

    good: the right arguments, which the function must take.
    """
    function(**good)
    missed = []
    for changed, error, says in cases:
        try:
            function(**good | changed)
        except Exception as raised:  # noqa: BLE001
            if type(raised) is error and says in str(raised):
                continue
            missed.append((changed, repr(raised)))
        else:
            missed.append((changed, "was taken"))
    return missed


def unlike(error, calls):
    """What `not_refused` finds of calls by their message, {part of the message: call}."""
    cases = [({"call": call}, error, message) for message, call in calls.items()]
    return not_refused(lambda call: call(), {"call": lambda: None}, cases)
