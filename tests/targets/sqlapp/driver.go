package main

import (
	"context"
	"database/sql/driver"
	"errors"
)

type onQueryKey struct{}

// onQuery has a channel closed when the driver begins to work on a query with this context.
func onQuery(begun chan struct{}) context.Context {
	return context.WithValue(context.Background(), onQueryKey{}, begun)
}

// forever is never ready: the database is slow today.
var forever = make(chan struct{})

func work(ctx context.Context) error {
	if begun, ok := ctx.Value(onQueryKey{}).(chan struct{}); ok {
		close(begun)
	}
	<-forever
	return errors.New("the database has answered")
}

type connector struct{}

func (connector) Connect(context.Context) (driver.Conn, error) { return &connection{}, nil }
func (connector) Driver() driver.Driver                        { return connector{} }
func (connector) Open(string) (driver.Conn, error)             { return &connection{}, nil }

type connection struct{ _ int }

func (*connection) Close() error                              { return nil }
func (*connection) Begin() (driver.Tx, error)                 { return &transaction{}, nil }
func (*connection) Prepare(query string) (driver.Stmt, error) { return &statement{query}, nil }
func (*connection) Ping(context.Context) error                { return nil }
func (*connection) QueryContext(ctx context.Context, _ string, _ []driver.NamedValue) (driver.Rows, error) {
	return nil, work(ctx)
}
func (*connection) ExecContext(ctx context.Context, _ string, _ []driver.NamedValue) (driver.Result, error) {
	return nil, work(ctx)
}

type statement struct{ query string }

func (*statement) Close() error                               { return nil }
func (*statement) NumInput() int                              { return 1 }
func (*statement) Exec([]driver.Value) (driver.Result, error) { return nil, work(context.Background()) }
func (*statement) Query([]driver.Value) (driver.Rows, error)  { return nil, work(context.Background()) }

type transaction struct{ _ int }

func (*transaction) Commit() error   { return nil }
func (*transaction) Rollback() error { return nil }
