package qr_test

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	reader "github.com/makiuchi-d/gozxing/qrcode"

	"umbra/app/qr"
)

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// draw paints what the SVG says, four pixels a module.
func draw(t *testing.T, svg string) image.Image {
	t.Helper()
	box := regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`).FindStringSubmatch(svg)
	if box == nil || box[1] != box[2] {
		t.Fatalf("no square: %.120s", svg)
	}
	n, _ := strconv.Atoi(box[1])
	m := image.NewGray(image.Rect(0, 0, 4*n, 4*n))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for _, r := range run.FindAllStringSubmatch(svg, -1) {
		x, _ := strconv.Atoi(r[1])
		y, _ := strconv.Atoi(r[2])
		w, _ := strconv.Atoi(r[3])
		if x < 4 || y < 4 || x+w > n-4 || y >= n-4 || r[3] != r[4] {
			t.Fatalf("%s reaches into the margin of %d", r[0], n)
		}
		for py := 4 * y; py < 4*y+4; py++ {
			for px := 4 * x; px < 4*(x+w); px++ {
				m.SetGray(px, py, color.Gray{})
			}
		}
	}
	return m
}

func TestAPhoneReadsIt(t *testing.T) {
	for _, text := range []string{
		"otpauth://totp/Umbra:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Umbra",
		"otpauth://totp/" + strings.Repeat("%C3%BC", 128) + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
	} {
		svg, err := qr.SVG(text)
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(draw(t, svg))
		if err != nil {
			t.Fatal(err)
		}
		got, err := reader.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || got.GetText() != text {
			t.Errorf("%v, %v, want %s", got, err, text)
		}
		if strings.Contains(svg, "style") || strings.Contains(svg, "script") || strings.Contains(svg, "otpauth") {
			t.Errorf("style, script or the text itself: %.200s", svg)
		}
	}
	if _, err := qr.SVG(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that fits no code is drawn")
	}
}
