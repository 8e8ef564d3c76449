// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"errors"
	"strings"

	"github.com/databricks/databricks-sdk-go/apierr"
)

// IsNotFound says whether an object is certainly absent: the API says so by its
// code. Any other 404 (of a gateway, an unknown route, a feature that the tier
// lacks) says nothing of the object.
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*apierr.APIError](err)
	return ok && (e.ErrorCode == "RESOURCE_DOES_NOT_EXIST" || e.ErrorCode == "NOT_FOUND")
}

// IsUnauthenticated says whether the caller's credentials were refused.
func IsUnauthenticated(err error) bool {
	return errors.Is(err, apierr.ErrUnauthenticated) || messageHas(err, "invalid_client")
}

// IsDenied says whether the caller may not do what it tried.
func IsDenied(err error) bool { return errors.Is(err, apierr.ErrPermissionDenied) }

// IsUnreachable says whether no request could be sent.
func IsUnreachable(err error) bool {
	var e *UnreachableError
	return errors.As(err, &e)
}

// IsUnconfirmed says whether a creating request may or may not have taken
// effect.
func IsUnconfirmed(err error) bool {
	var e *UnconfirmedError
	return errors.As(err, &e)
}

// IsConflict says whether an object of that name exists.
func IsConflict(err error) bool { return errors.Is(err, apierr.ErrResourceConflict) }

// The texts of faults that pass by themselves, as the service words them (API
// contract, retryable create errors and in-use deletes). Anything else is final.
var (
	propagating = []string{
		"Failed credential validation checks", "Failed credentials validation checks",
		"Failed storage configuration validation checks",
	}
	inUse = []string{
		"while it is attached to a workspace", "is being used by active workspace",
		"because it is attached to one or more workspaces",
	}
)

// IsPropagating says whether a new AWS role or bucket is not yet visible to
// Databricks.
func IsPropagating(err error) bool { return messageHas(err, propagating...) }

// IsInUse says whether an object cannot be deleted yet because a workspace
// still refers to it. References outlive a deleted workspace by minutes.
func IsInUse(err error) bool { return messageHas(err, inUse...) }

// IsDNSPending says whether a new workspace's name does not resolve yet.
func IsDNSPending(err error) bool {
	return IsUnreachable(err) && messageHas(err, "no such host")
}

func messageHas(err error, texts ...string) bool {
	if err == nil {
		return false
	}
	for _, t := range texts {
		if strings.Contains(err.Error(), t) {
			return true
		}
	}
	return false
}

// etagOf returns the etag that the settings API hands out with an error, for
// the next try.
func etagOf(err error) string {
	var e *apierr.APIError
	if !errors.As(err, &e) {
		return ""
	}
	if info := e.ErrorDetails().ErrorInfo; info != nil {
		return info.Metadata["etag"]
	}
	return ""
}

// IsFeatureDisabled says whether the workspace's pricing tier lacks a feature.
func IsFeatureDisabled(err error) bool {
	var e *apierr.APIError
	return errors.As(err, &e) && strings.HasPrefix(e.ErrorCode, "FEATURE_DISABLE")
}
