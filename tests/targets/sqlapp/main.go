// Sqlapp is busy with its database and with itself: every goroutine is named for what it is stuck at, and stays stuck.
// It uses the real database/sql with a driver of its own, whose queries run until the program ends.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"sideeye.test/targets/control"
)

// atDatabase is what a goroutine waits in while the driver works on its query.
const atDatabase = "chan receive"

// atPool is what one waits in that wants a connection.
const atPool = "select"

func main() {
	wide := open()
	queries(wide)
	statements(wide)
	transactions(wide)
	narrow := open()
	narrow.SetMaxOpenConns(1)
	exhausted(narrow)
	waits()
	control.AwaitParked()
	control.Serve(nil)
}

func open() *sql.DB { return sql.OpenDB(connector{}) }

// stuck starts a goroutine under a name, which is not to come back.
func stuck(name string, state string, work func() error) {
	control.Expect(1)
	go func() {
		control.Here(name, state)
		fail(name, work())
	}()
}

func queries(db *sql.DB) {
	stuck("query", atDatabase, func() error {
		rows, err := db.QueryContext(context.Background(), "SELECT name FROM users WHERE id = ?", 42)
		if err == nil {
			err = rows.Close()
		}
		return err
	})
	stuck("row", atDatabase, func() error {
		var name string
		return db.QueryRow("SELECT name FROM users LIMIT 1").Scan(&name)
	})
	stuck("exec", atDatabase, func() error {
		_, err := db.Exec("UPDATE users SET name = ? WHERE id = ?", "ann", 43)
		return err
	})
	stuck("long query", atDatabase, func() error {
		_, err := db.Query("SELECT '" + longText() + "'")
		return err
	})
	stuck("own connection", atDatabase, func() error {
		connection, err := db.Conn(context.Background())
		if err != nil {
			return err
		}
		_, err = connection.ExecContext(context.Background(), "VACUUM users")
		return err
	})
}

func statements(db *sql.DB) {
	ask := prepare(db, "SELECT visits FROM clients WHERE id = ?")
	stuck("prepared query", atDatabase, func() error {
		_, err := ask.Query(17)
		return err
	})
	tell := prepare(db, "DELETE FROM clients WHERE id = ?")
	stuck("prepared exec", atDatabase, func() error {
		_, err := tell.Exec(18)
		return err
	})
}

func transactions(db *sql.DB) {
	stuck("transaction", atDatabase, func() error {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO orders VALUES (?)", 7)
		return err
	})
}

// exhausted has one connection, which one query holds, and others wait for.
func exhausted(db *sql.DB) {
	if err := db.Ping(); err != nil {
		fail("ping", err)
	}
	holds := make(chan struct{})
	stuck("holder", atDatabase, func() error {
		_, err := db.QueryContext(onQuery(holds), "SELECT pg_sleep(3600)")
		return err
	})
	<-holds
	stuck("query without connection", atPool, func() error {
		_, err := db.QueryContext(cancellable(), "SELECT id FROM waiting")
		return err
	})
	stuck("exec without connection", atPool, func() error {
		_, err := db.ExecContext(cancellable(), "UPDATE waiting SET id = 1")
		return err
	})
	stuck("begin without connection", atPool, func() error {
		_, err := db.BeginTx(cancellable(), nil)
		return err
	})
}

func prepare(db *sql.DB, query string) *sql.Stmt {
	statement, err := db.Prepare(query)
	if err != nil {
		fail("prepare", err)
	}
	return statement
}

func cancellable() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	return ctx
}

func longText() string {
	text := make([]byte, 5000)
	for i := range text {
		text[i] = byte('a' + i%26)
	}
	return string(text)
}

func fail(what string, why error) {
	fmt.Fprintf(os.Stderr, "sqlapp: %s: %v\n", what, why)
	os.Exit(1)
}
