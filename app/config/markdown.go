package config

import "strings"

//go:generate go test -run TestMarkdown -update .

const docsHead = `# Settings

<!-- Made by go generate ./app/config: change the tags in app/config/config.go, not this page. -->

Umbra needs no setting: ` + "`umbra serve`" + ` starts with the defaults. Each setting is taken from the first of
these that has it: the flag, the environment, the settings file, the default. An empty value counts as not given.
` + "`umbra config`" + ` prints each setting, its value and where it came from, secrets masked.

A bad value, and an unknown name that begins with ` + "`UMBRA_`" + `, are errors: all are named at once, before
anything starts.

The settings file is ` + "`.env`" + ` in the data folder, or the one that ` + "`--env-file`" + ` names, and never one in the
working directory, where another project's may lie. It holds ` + "`NAME=value`" + ` lines and ` + "`#`" + ` comments. Put a
value that contains ` + "`$`" + `, ` + "`#`" + ` or a space in 'single quotes'.

`

const docsTail = `
## DATABASE_URL

| value | where the records are |
|---|---|
| ` + "`sqlite:///umbra.db`" + ` | a file in the data folder (also ` + "`sqlite:///./sub/umbra.db`" + `) |
| ` + "`sqlite:///srv/umbra/umbra.db`" + ` | the file /srv/umbra/umbra.db (four slashes mean the same) |
| ` + "`embedded-postgres:`" + ` | the PostgreSQL that the binary carries, its cluster in the data folder |
| ` + "`postgres://user:password@host:5432/name`" + ` | a PostgreSQL server (also ` + "`postgresql://`, `postgresql+asyncpg://`" + `) |

Special characters in a password are percent-encoded: ` + "`@` is `%40`, `/` is `%2F`" + `. A password in
` + "`--database-url`" + ` works, with a warning: others on the machine can read the command line.
`

// Markdown is the documentation of all settings, kept in docs/config.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(docsHead + "| setting | flag | default | what it is |\n|---|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`).Replace
	for _, f := range fields {
		flag, def := "", f.unset
		if f.flag != "" {
			flag = "`--" + f.flag + "`"
		}
		if f.def != "" {
			def = "`" + f.def + "`"
		}
		b.WriteString("| `" + f.env + "` | " + flag + " | " + cell(def) + " | " + cell(f.help) + " |\n")
	}
	return b.String() + docsTail
}
