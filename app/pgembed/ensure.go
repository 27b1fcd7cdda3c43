package pgembed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const connectTimeout = 10 * time.Second

// ensure connects as Umbra does, and makes the role and the database first
// when they are not there: a start may have been killed before it did.
func (s *Server) ensure(ctx context.Context) error {
	err := s.do(ctx, role, database, func(*pgx.Conn) error { return nil })
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	switch pe.Code {
	case "28P01", "28000", "3D000": // password, role, database
		err = s.do(ctx, superuser, "postgres", func(c *pgx.Conn) error { return s.makeDatabase(ctx, c) })
	}
	if errors.As(err, &pe) && pe.Code == "28P01" {
		return fmt.Errorf("the password in %s is not that of the cluster: remove the file, and the next start gives the cluster another (%w)", s.paths.password, err)
	}
	return err
}

func (s *Server) makeDatabase(ctx context.Context, c *pgx.Conn) error {
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&there); err != nil {
		return err
	}
	verb := "CREATE"
	if there {
		verb = "ALTER"
	}
	// The password is letters and digits, and a utility statement takes no parameters.
	if _, err := c.Exec(ctx, verb+" ROLE "+role+" LOGIN NOSUPERUSER PASSWORD '"+s.pass+"'"); err != nil {
		return fmt.Errorf("making the role %s: %w", role, err)
	}
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil || there {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE DATABASE "+database+" OWNER "+role+" TEMPLATE template0"); err != nil {
		return fmt.Errorf("making the database %s: %w", database, err)
	}
	return nil
}

func (s *Server) do(ctx context.Context, user, name string, with func(*pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c, err := pgx.Connect(ctx, s.address(user, name))
	if err != nil {
		return err
	}
	err = with(c)
	return errors.Join(err, c.Close(ctx))
}

// starting says whether the error is that of a server that is not ready yet.
func starting(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "57P03"
	}
	var ce *pgconn.ConnectError
	return errors.As(err, &ce)
}
