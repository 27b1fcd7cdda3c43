package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is a bucket of an S3-compatible storage.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
	name           string
}

// S3Options say where a bucket is and who may write to it.
type S3Options struct {
	Endpoint, Bucket, Prefix, Region string
	KeyID, Secret                    string
	Plain                            bool // without TLS
	Name                             string
}

// NewS3 speaks to nobody yet.
func NewS3(o S3Options) (*S3, error) {
	c, err := minio.New(o.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(o.KeyID, o.Secret, ""), Secure: !o.Plain, Region: o.Region,
		MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("the second place for backups, %s: %w", o.Name, err)
	}
	return &S3{client: c, bucket: o.Bucket, prefix: o.Prefix, name: o.Name}, nil
}

func (s *S3) String() string { return s.name }

// partSize bounds the memory that sending takes. A part is sent from the file,
// and one file may have 10,000 of them.
const partSize = 16 << 20

// Put implements Second. Each part carries a checksum, which the storage compares.
func (s *S3) Put(ctx context.Context, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	size := uint64(partSize)
	for uint64(info.Size())/size >= 9_000 {
		size *= 2
	}
	sent, err := s.client.FPutObject(ctx, s.bucket, s.key(filepath.Base(file)), file, minio.PutObjectOptions{
		ContentType: "application/octet-stream", PartSize: size, NumThreads: 1, SendContentMd5: true, DisableMultipart: info.Size() <= partSize})
	if err != nil {
		return s.said(err)
	}
	got, err := s.client.StatObject(ctx, s.bucket, s.key(filepath.Base(file)), minio.StatObjectOptions{})
	if err != nil {
		return s.said(err)
	}
	if sent.Size != info.Size() || got.Size != info.Size() {
		return fmt.Errorf("what arrived at %s has %d bytes, and %d were sent", s.name, got.Size, info.Size())
	}
	return nil
}

// List implements Second.
func (s *S3) List(ctx context.Context) (out []Stored, err error) {
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + "umbra-"}) {
		if o.Err != nil {
			return nil, s.said(o.Err)
		}
		if x, ok := storedAs(path.Base(o.Key), o.Size); ok && s.key(x.Name) == o.Key {
			out = append(out, x)
		}
	}
	sortStored(out)
	return out, nil
}

// Remove implements Second.
func (s *S3) Remove(ctx context.Context, name string) error {
	return s.said(s.client.RemoveObject(ctx, s.bucket, s.key(name), minio.RemoveObjectOptions{}))
}

func (s *S3) key(name string) string { return s.prefix + name }

// said names the storage and what to do about its answer.
func (s *S3) said(err error) error {
	if err == nil {
		return nil
	}
	var r minio.ErrorResponse
	hint := ""
	if errors.As(err, &r) {
		switch r.Code {
		case minio.NoSuchBucket:
			hint = ": make the bucket first"
		case minio.AccessDenied, "InvalidAccessKeyId", "SignatureDoesNotMatch":
			hint = ": look at UMBRA_BACKUP_S3_KEY_ID and UMBRA_BACKUP_S3_SECRET, and what they may do"
		}
	}
	return fmt.Errorf("the second place for backups, %s: %w%s", strings.TrimSuffix(s.name, "/"), err, hint)
}
