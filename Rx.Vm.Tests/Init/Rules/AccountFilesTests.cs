using System.Text;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

/// <summary>Account files come from images: every line is hostile until it parses.</summary>
public class AccountFilesTests
{
    [Fact]
    public void Users_have_name_ids_and_home()
    {
        var users = AccountFiles.Users("root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:,,,:/var/www\r\n"u8);
        Assert.Equal([new("root", 0, 0, "/root"), new("web", 33, 34, "/var/www")], users);
    }

    [Fact]
    public void Groups_have_name_id_and_members()
    {
        var groups = AccountFiles.Groups("root:x:0:\nadm:x:4:a,b,,c\nshort:x:5\n"u8);
        Assert.Equal([("root", 0u, ""), ("adm", 4u, "a b c"), ("short", 5u, "")],
            groups.Select(g => (g.Name, g.Gid, string.Join(' ', g.Members))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData("web:x:33:33:gecos")]
    [InlineData(":x:33:33:gecos:/home:/bin/sh")]
    [InlineData("web:x:-1:33:gecos:/home")]
    [InlineData("web:x:+1:33:gecos:/home")]
    [InlineData("web:x: 1:33:gecos:/home")]
    [InlineData("web:x:0x10:33:gecos:/home")]
    [InlineData("web:x:4294967295:33:gecos:/home")]
    [InlineData("web:x:4294967296:33:gecos:/home")]
    [InlineData("web:x:33:99999999999999999999:gecos:/home")]
    [InlineData("we\0b:x:33:33:gecos:/home")]
    public void A_malformed_line_is_skipped(string line)
    {
        var users = AccountFiles.Users(Encoding.UTF8.GetBytes($"{line}\nok:x:1:2::/ok\n"));
        Assert.Equal([new("ok", 1, 2, "/ok")], users);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_do_no_harm()
    {
        var users = AccountFiles.Users([0xff, 0xfe, (byte)':', (byte)'\n', .. "ok:x:1:2::/ok"u8]);
        Assert.Equal([new("ok", 1, 2, "/ok")], users);
    }

    [Fact]
    public void Only_the_first_lines_and_bytes_count()
    {
        var lines = new StringBuilder().Insert(0, "a:x:1:1::/\n", AccountFiles.MaxLines + 100).ToString();
        Assert.Equal(AccountFiles.MaxLines, AccountFiles.Users(Encoding.UTF8.GetBytes(lines)).Count);

        var padding = new string('#', AccountFiles.MaxBytes);
        Assert.Empty(AccountFiles.Users(Encoding.UTF8.GetBytes($"{padding}\nlate:x:1:1::/\n")));
    }
}
