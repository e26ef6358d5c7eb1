/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Values of the table of fields: of packets in tunnels, and of what is above TCP and UDP. */
#ifndef XDPDUMP_FORMAT_FIELDS_INSIDE_H
#define XDPDUMP_FORMAT_FIELDS_INSIDE_H

#include <stddef.h>

struct field;
struct row;
struct text;

/* Fills r->tunnels and r->said, and says in r->present what of them there is. */
void fields_inside_look(struct row *r);

/* As field.put. */
void fields_inside_tunnels(struct text *t, const struct row *r, const struct field *f);
void fields_inside_tunnel_ids(struct text *t, const struct row *r, const struct field *f);
void fields_inside_protocol(struct text *t, const struct row *r, const struct field *f);
void fields_inside_address(struct text *t, const struct row *r, const struct field *f);
void fields_inside_port(struct text *t, const struct row *r, const struct field *f);
void fields_inside_flags(struct text *t, const struct row *r, const struct field *f);

/* The number at @f->off of r->said, of @f->bytes. */
void fields_inside_said(struct text *t, const struct row *r, const struct field *f);

/* As field.foreign. */
const char *fields_inside_dns_name(const struct row *r, size_t *pos, size_t *len);
const char *fields_inside_dns_answers(const struct row *r, size_t *pos, size_t *len);
const char *fields_inside_tls_name(const struct row *r, size_t *pos, size_t *len);
const char *fields_inside_tls_alpn(const struct row *r, size_t *pos, size_t *len);
const char *fields_inside_http_method(const struct row *r, size_t *pos, size_t *len);
const char *fields_inside_http_uri(const struct row *r, size_t *pos, size_t *len);

#endif
