package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"umbra/app/journal"
)

// changeSetHeader names the change-set that an operation wrote.
const changeSetHeader = "Change-Set"

// changeSetPattern is how a change-set is named: by its number, or, in the journal
// of somebody who shares with the user, by that one's number and its own.
const changeSetPattern = "^([1-9][0-9]{0,15}-)?[1-9][0-9]{0,15}$"

func changeSetName(userID int64, r *journal.Receipt) string {
	n := strconv.FormatInt(r.ChangeSet, 10)
	if r.UserID != userID && r.UserID != 0 {
		return strconv.FormatInt(r.UserID, 10) + "-" + n
	}
	return n
}

// journals says whether the operation writes through the journal.
func (o op) journals() bool {
	return o.journaled || o.access == signedIn && o.method != http.MethodGet && !o.unjournaled
}

// documentReceipt adds the header to the answer of success.
func documentReceipt(o *huma.Operation, status int) {
	if status == 0 {
		status = http.StatusOK
	}
	o.Responses = map[string]*huma.Response{strconv.Itoa(status): {
		Description: http.StatusText(status),
		Headers: map[string]*huma.Param{changeSetHeader: {
			Description: "The change-set that it wrote; POST /api/history/{change_set}/undo takes it back. In what somebody shares with you it is two numbers, like 2-42. Absent where nothing was changed.",
			Schema:      &huma.Schema{Type: huma.TypeString, Pattern: changeSetPattern},
			Example:     "42",
		}},
	}}
}

// receipted runs a handler and says in the header what change-set it wrote.
func receipted[I, O any](handler func(ctx context.Context, in *I) (*O, error)) func(ctx context.Context, in *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		ctx, receipt := journal.WithReceipt(ctx)
		out, err := handler(ctx, in)
		if r := incomingOf(ctx); r != nil && err == nil && receipt.ChangeSet != 0 {
			r.set(changeSetHeader, changeSetName(principal(ctx).UserID, receipt))
		}
		return out, err
	}
}
