using System.Text;
using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests.Testing;

/// <summary>No secret reaches a transcript, or a log.</summary>
public class RedactionTests
{
    private const string Secret = "hunter2";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Secrets => new()
    {
        { "object-add", """{"qom-type": "secret", "id": "s0", "data": "hunter2"}""" },
        { "object-add", """{"qom-type": "secret", "id": "s0", "props": {"data": "hunter2"}}""" },
        { "object-add", """{"qom-type": "cryptodev", "id": "s0", "deep": [{"er": {"password": "hunter2"}}]}""" },
        { "set_password", """{"protocol": "vnc", "password": "hunter2"}""" },
        { "set-password", """{"protocol": "spice", "password": "hunter2"}""" },
        { "expire_password", """{"protocol": "vnc", "time": "hunter2"}""" },
        { "change-vnc-password", """{"password": "hunter2"}""" },
        { "block_passwd", """{"device": "d0", "password": "hunter2"}""" },
        { "chardev-add", """{"id": "c0", "backend": {"type": "socket", "data": {"addr": {"data": {"path": "/hunter2"}}}}}""" },
        { "blockdev-add", """{"driver": "ssh", "node-name": "n0", "password": "hunter2"}""" },
        { "blockdev-add", """{"driver": "raw", "file": {"driver": "rbd", "key": "hunter2"}}""" },
        { "blockdev-add", """{"driver": "https", "url": "https://a/b?sig=hunter2", "cookie": "hunter2"}""" },
        { "blockdev-add", """{"driver": "file", "filename": "json:{\"driver\":\"ssh\",\"password\":\"hunter2\"}"}""" },
        { "blockdev-snapshot-sync", """{"device": "d0", "snapshot-file": "ftp://me:hunter2@host/a"}""" },
        { "blockdev-snapshot-sync", """{"device": "d0", "snapshot-file": "rbd:pool/img:id=admin:key=hunter2"}""" },
        { "drive-mirror", """{"device": "d0", "target": "http://host/disk?token=hunter2"}""" },
        { "blockdev-add", """{"driver": "file", "filename": "ssh://host/a?k=hunter2"}""" },
        { "migrate", """{"uri": "exec:ssh -i hunter2"}""" },
        { "human-monitor-command", """{"command-line": "set_password vnc hunter2"}""" },
        { "send-key", """{"keys": [{"type": "qcode", "data": "hunter2"}]}""" },
        { "ringbuf-write", """{"device": "c0", "data": "hunter2"}""" },
        { "qom-set", """{"path": "/objects/s0", "property": "data", "value": "hunter2"}""" },
        { "guest-set-user-password", """{"username": "root", "password": "hunter2", "crypted": false}""" },
        { "guest-exec", """{"path": "/bin/sh", "arg": ["-c", "hunter2"], "env": ["A=hunter2"]}""" },
        { "from-the-future", """{"what": {"ever": ["hunter2"]}}""" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task Trap35_no_secret_reaches_the_transcript_or_the_log(string command, string arguments)
    {
        using var server = new FakeQmpServer { Answer = sent => sent.Error("GenericError", "bad value hunter2") };
        var (text, log) = await Record(server, QmpRedaction.Default, command, arguments);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, string.Concat(log.Lines), StringComparison.Ordinal);
        Assert.Contains(QmpRedaction.Mask, text, StringComparison.Ordinal);
        Assert.Contains(command, text, StringComparison.Ordinal);
        Assert.Contains(Secret, server.Last(command).Raw, StringComparison.Ordinal);

        // The same again without masking: the secret was there to be hidden.
        using var open = new FakeQmpServer();
        Assert.Contains(Secret, (await Record(open, QmpRedaction.None, command, arguments)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("query-block", """[{"inserted": {"file": "json:{\"password\": \"hunter2\"}", "ro": true}}]""", "\"ro\":true")]
    [InlineData("query-block", """[{"inserted": {"file": "rbd:p/i:key=hunter2", "image": {"filename": "/d:1?2"}}}]""", "\"filename\":\"/d:1?2\"")]
    [InlineData("query-chardev", """[{"label": "qmp", "filename": "unix:/hunter2"}]""", "\"label\":\"qmp\"")]
    [InlineData("human-monitor-command", "\"hunter2\"", "\"return\":\"***\"")]
    [InlineData("ringbuf-read", "\"hunter2\"", "\"return\":\"***\"")]
    [InlineData("from-the-future", """{"a": ["hunter2", 1, true, null]}""", """{"a":["***","***","***",null]}""")]
    public async Task Trap35_no_secret_in_a_reply_reaches_the_transcript_and_the_rest_does(string command, string value, string kept)
    {
        using var server = new FakeQmpServer { Answer = _ => QmpAnswer.Value(value) };
        var (text, _) = await Record(server, QmpRedaction.Default, command, "{}");
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains(kept, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_secret_is_kept_and_the_list_can_be_extended()
    {
        const string arguments = """{"driver": "virtio-blk-pci", "id": "d0", "serial": "hunter2", "list": [{"a": 1}]}""";
        var answer = QmpAnswer.Value("{\"a\": 2}").Following(QmpText.Event("E", "{\"b\": 3}"));
        using var server = new FakeQmpServer { Answer = _ => answer };
        var (text, _) = await Record(server, QmpRedaction.Default, "device_add", arguments);
        Assert.Contains("""{"driver":"virtio-blk-pci","id":"d0","serial":"hunter2","list":[{"a":1}]}""", text, StringComparison.Ordinal);

        var policy = QmpRedaction.Default
            .Hide("device_add", "serial").Hide("*", "list.*").HideReply("device_add", "**").HideEvent("E", "b");
        (text, _) = await Record(server, policy, "device_add", arguments);
        Assert.Contains("""{"driver":"virtio-blk-pci","id":"d0","serial":"***","list":[{"a":"***"}]}""", text, StringComparison.Ordinal);
        Assert.Contains("\"return\":\"***\"", text, StringComparison.Ordinal);
        Assert.Contains("\"data\":{\"b\":\"***\"}", text, StringComparison.Ordinal);

        var allowed = QmpRedaction.Default.Allow("human-monitor-command");
        (text, _) = await Record(server, allowed, "human-monitor-command", "{\"command-line\":\"info\"}");
        Assert.Contains("\"command-line\":\"info\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_nobody_asked_for_and_members_nobody_knows_are_masked()
    {
        using var server = new FakeQmpServer();
        var (text, _) = await Record(server, QmpRedaction.Default, "query-status", "{}", () =>
        {
            server.Send("""{"return": {"a": "hunter2"}, "id": 99}{"return": "hunter2"}{"hunter": "hunter2"}""");
            server.Send("""{"event": "E", "x": "hunter2"}""");
            server.Send("""{"error": {"class": "C", "desc": "hunter2", "more": "hunter2"}, "id": {"a": "hunter2"}}""");
        });
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains("\"class\":\"C\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("capabilities")]
    [InlineData("resync")]
    [InlineData("endpoint")]
    public void Trap35_no_secret_in_why_a_connection_ended_reaches_the_log(string where)
    {
        var log = new LogLines();
        using var rig = new ReconnectRig(options => options with
        {
            Logger = log.Logger,
            Reconnect = ReconnectRig.EverySecond with { MaxRetries = 1 },
            Resync = where == "resync" ? (client, stop) => client.ExecuteAsync(QmpCommand.Create("query-a"), stop) : null,
        });
        if (where == "endpoint")
        {
            rig.Script.Script.Enqueue(_ => throw new IOException("proxy said " + Secret));
        }
        else
        {
            rig.Script.Serve(server => server.Answer = sent => sent.Error("GenericError", "bad value " + Secret), new() { Negotiates = where == "resync" });
        }

        _ = rig.Connect();
        rig.Advance(1);
        Assert.Contains(Secret, rig.State.Cause!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("QMP will not connect again (\"Qmp", StringComparison.Ordinal));
    }

    private static async Task<(string Text, LogLines Log)> Record(
        FakeQmpServer server, QmpRedaction policy, string command, string arguments, Action? then = null)
    {
        var log = new LogLines();
        var time = new TestScheduler();
        var output = new MemoryStream();
        var stream = QmpTranscript.Record(server.Connect(), output, time, new QmpTranscriptOptions { Redaction = policy });
        var options = new QmpClientOptions { Scheduler = time, InlineContinuations = true, Logger = log.Logger };
        await using (var client = await QmpClient.ConnectAsync(stream, options, Token))
        {
            var sent = client.ExecuteAsync(QmpCommand.Create(command, writer =>
            {
                using var document = System.Text.Json.JsonDocument.Parse(arguments);
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    member.WriteTo(writer);
                }
            }), Token);
            Assert.True(sent.IsCompleted);
            _ = sent.Exception;
            then?.Invoke();
        }

        return (Encoding.UTF8.GetString(output.ToArray()), log);
    }
}
