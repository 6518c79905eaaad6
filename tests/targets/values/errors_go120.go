//go:build go1.20

package main

import "errors"

func join(all ...error) error { return errors.Join(all...) }
