package config

import "strings"

const manualHead = `# NAME

umbra.env - settings of Umbra

# DESCRIPTION

Umbra needs no setting. Each is taken from the first of these that has it: the flag of **umbra**(1), the environment, the
settings file, the default. An empty value counts as not given. **umbra config** prints each setting, its value and where
it came from, secrets masked.

The settings file is the one that *--env-file* or **UMBRA_ENV_FILE** names; else, where no data folder is named, that of the
service that packages install, /etc/umbra/umbra.env; else *.env* in the data folder. It holds lines *NAME=value*, and comments that begin with #. Put a value that
contains $, # or a space in 'single quotes'.

A bad value, and an unknown name that begins with UMBRA_, are errors: all are named at once, before anything starts.

# SETTINGS

`

const manualTail = `# FILES

/etc/umbra/umbra.env

# SEE ALSO

**umbra**(1), **umbra-config**(1), **umbra-service**(8)
`

// Manual is the manual's page of all settings, in Markdown: what Markdown says in
// a table that a terminal is too narrow for.
func Manual() string {
	var b strings.Builder
	b.WriteString(manualHead)
	plain := strings.NewReplacer("`", "", "*", `\*`, "_", `\_`, "<", `\<`).Replace
	for _, f := range fields {
		b.WriteString("`" + f.env + "`")
		if f.flag != "" {
			b.WriteString(", `--" + f.flag + "`")
		}
		b.WriteString("\n: " + plain(f.help) + ".")
		if def := f.fallback(); def != "" {
			b.WriteString(" Default: " + plain(def) + ".")
		}
		b.WriteString("\n\n")
	}
	return b.String() + manualTail
}
