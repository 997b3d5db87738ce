// Package view turns data into the console's pages: templates, the components
// they are made of, the style sheet, the small script and the icons.
//
// It is for showing only. It reads no store, knows no session and decides
// nothing: a handler gives it a [Page] and gets bytes. Templates are embedded,
// parsed once by [New] and never change afterwards; what differs between two
// requests (who reads, in which zone, at what instant) is data in the Page.
//
// A page is one file under templates/console (framed with the navigation),
// templates/plain (a single narrow card: sign-in, set-up, errors) or templates/public (for
// people outside, in their language and without script). It defines
// the block "main" and may use every component under templates/components.
// New refuses to start on a file that is anywhere else or defines no "main".
//
// Promises to old data: none are needed, nothing here is stored. Static files
// are served under names that carry the digest of their content, so a cached
// copy is never a stale one.
package view
