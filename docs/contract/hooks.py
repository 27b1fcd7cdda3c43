"""What the second run checks: nothing that is an administrator's answers a plain user."""

import schemathesis


@schemathesis.check
def refused(ctx, response, case):
    assert response.status_code >= 400, f"a plain user is answered {response.status_code}"
