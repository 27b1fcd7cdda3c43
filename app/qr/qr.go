// Package qr draws QR codes as SVG: for the page that shows a secret to a phone.
package qr

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

const quiet = 4 // modules of margin, as ISO/IEC 18004 wants them

// SVG is a picture of a text of at most 2 kB, black on white whatever the page's
// colours are, since readers expect it so. It holds neither style nor script.
func SVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("drawing a QR code: %w", err)
	}
	n := code.Bounds().Dx()
	var dark strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && isDark(code.At(x, y)) {
				x++
			}
			if x > from {
				fmt.Fprintf(&dark, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="%[2]s"/></svg>`, n+2*quiet, dark.String()), nil
}

func isDark(c interface{ RGBA() (r, g, b, a uint32) }) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}
