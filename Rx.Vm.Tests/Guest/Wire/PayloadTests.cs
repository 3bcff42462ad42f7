using System.Text;
using System.Text.Json;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>The JSON of docs/guest-protocol.md, to the letter.</summary>
public class PayloadTests
{
    private static readonly GuestFeatures All = new("rxvm", 1, GuestFeature.All);

    private static readonly PodPayload Pod = new()
    {
        Hostname = "pod-name",
        Containers =
        [
            new()
            {
                Id = "web", FsType = "squashfs", Serial = "rx-web", Overlay = true, Tty = 1, Stderr = 2, Terminal = false,
                Cmd = ["/bin/sh", "-c", "echo hi"], Envs = [new("A", "b")], User = "1000", Group = "1000", AdditionalGroups = ["20"],
            },
        ],
    };

    private static readonly ExecPayload Exec = new()
    {
        Container = "web", Seq = 5, Stderr = 6, Terminal = false, Cmd = ["ls"], Envs = [new("A", "b")], Workdir = "/", User = "0",
    };

    [Fact]
    public void StartPod_for_a_guest_with_every_feature_is_the_documented_object() => Assert.Equal(
        """
        {"hostname":"pod-name","containers":[{"id":"web","rootfs":"","image":"","fstype":"squashfs","serial":"rx-web","overlay":true,
        "tty":1,"stderr":2,"terminal":false,"workdir":"/","cmd":["/bin/sh","-c","echo hi"],"envs":[{"env":"A","value":"b"}],
        "user":"1000","group":"1000","additionalGroups":["20"],"restartPolicy":"never"}],"shareDir":"share_dir"}
        """.ReplaceLineEndings(""),
        Text(GuestPayloads.StartPod(Pod, All)));

    [Fact]
    public void StartPod_for_a_2015_guest_has_no_key_it_does_not_know() => Assert.Equal(
        """
        {"hostname":"pod-name","containers":[{"id":"web","rootfs":"","image":"","fstype":"squashfs","tty":1,"stderr":2,"workdir":"/",
        "cmd":["/bin/sh","-c","echo hi"],"envs":[{"env":"A","value":"b"}],"restartPolicy":"never"}],"shareDir":"share_dir"}
        """.ReplaceLineEndings(""),
        Text(GuestPayloads.StartPod(Pod, GuestFeatures.None)));

    [Fact]
    public void StartPod_without_containers_still_has_all_three_keys() =>
        Assert.Equal("""{"hostname":"","containers":[],"shareDir":"share_dir"}""", Text(GuestPayloads.StartPod(new(), All)));

    [Fact]
    public void Exec_follows_the_features()
    {
        Assert.Equal(
            """
            {"container":"web","seq":5,"stderr":6,"terminal":false,"cmd":["ls"],"envs":[{"env":"A","value":"b"}],
            "workdir":"/","user":"0"}
            """.ReplaceLineEndings(""),
            Text(GuestPayloads.Exec(Exec, All)));
        Assert.Equal("""{"container":"web","seq":5,"cmd":["ls"]}""", Text(GuestPayloads.Exec(Exec, GuestFeatures.None)));
        Assert.Equal(
            """{"container":"web","seq":5,"stderr":6,"terminal":false,"cmd":["ls"]}""",
            Text(GuestPayloads.Exec(Exec, new("x", 1, GuestFeature.Pipes))));
    }

    [Fact]
    public void The_small_payloads_are_the_documented_objects()
    {
        Assert.Equal("""{"seq":18446744073709551615,"row":24,"column":80}""", Text(GuestPayloads.WindowSize(ulong.MaxValue, 24, 80)));
        Assert.Equal("""{"container":"web","signal":15}""", Text(GuestPayloads.Kill("web", 15)));
        Assert.Equal(
            """{"init":"rxvm","version":1,"features":["pipes","user","serial-disk","overlay","exit-frame","stdin-eof","signal","wide","window","""
                + "\"exec-signal\",\"ends\",\"ids\"]}",
            Text(All.ToPayload()));
    }

    [Fact]
    public void What_a_guest_lacks_is_told_before_it_is_left_out()
    {
        Assert.Equal(GuestFeature.Pipes | GuestFeature.User | GuestFeature.SerialDisk | GuestFeature.Overlay, GuestPayloads.Needs(Pod));
        Assert.Equal(GuestFeature.Pipes | GuestFeature.User, GuestPayloads.Needs(Exec));
        Assert.Equal(GuestFeature.None, GuestPayloads.Needs(new ExecPayload { Cmd = ["ls"], Terminal = true }));
        var plain = new ContainerPayload { Image = "sda", Serial = "rx-web", Stderr = 2, Terminal = true };
        Assert.Equal(GuestFeature.None, GuestPayloads.Needs(new PodPayload { Containers = [plain] }));
        foreach (var (container, need) in new[]
        {
            (plain with { Terminal = false }, GuestFeature.Pipes), (plain with { Overlay = true }, GuestFeature.Overlay),
            (plain with { Image = "" }, GuestFeature.SerialDisk), (plain with { User = "1" }, GuestFeature.User),
            (plain with { Group = "1" }, GuestFeature.User), (plain with { AdditionalGroups = ["1"] }, GuestFeature.User),
        })
        {
            Assert.Equal(need, GuestPayloads.Needs(new PodPayload { Containers = [plain, container] }));
        }
    }

    [Fact]
    public void Payloads_read_back_as_they_were_written()
    {
        var pod = JsonSerializer.Deserialize(GuestPayloads.StartPod(Pod, All), WireJson.Default.PodPayload)!;
        Assert.Equal(Text(GuestPayloads.StartPod(Pod, All)), Text(GuestPayloads.StartPod(pod, All)));
        Assert.Null(JsonSerializer.Deserialize("""{"cmd":["a"]}""", WireJson.Default.ExecPayload)!.Terminal);
    }

    [Fact]
    public void Absent_keys_are_the_defaults_and_never_null()
    {
        var container = JsonSerializer.Deserialize("{}", WireJson.Default.ContainerPayload)!;
        Assert.Equal(("", "", "", "/", "never", 0, 0), (
            container.Id, container.Rootfs, container.Image, container.Workdir, container.RestartPolicy, container.Cmd.Length,
            container.Envs.Length));
        var pod = JsonSerializer.Deserialize("{}", WireJson.Default.PodPayload)!;
        Assert.Equal(("", 0, "share_dir"), (pod.Hostname, pod.Containers.Length, pod.ShareDir));
        var exec = JsonSerializer.Deserialize("{}", WireJson.Default.ExecPayload)!;
        Assert.Equal(("", 0ul, 0), (exec.Container, exec.Seq, exec.Cmd.Length));
        Assert.Empty(JsonSerializer.Deserialize("{}", WireJson.Default.ReadyPayload)!.Features);
    }

    [Theory]
    [InlineData("""{"container":null,"signal":9}""")]
    [InlineData("""{"signal":9}""")]
    [InlineData("""{"container":"a","container":"b","signal":9}""")]
    [InlineData("""{"container":"a","signal":1e400}""")]
    public void A_command_that_is_not_the_documented_object_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, WireJson.Default.KillPayload));

    [Fact]
    public void Ready_features_are_read_and_unknown_ones_skipped()
    {
        Assert.True(GuestFeatures.TryParse(
            """{"init":"x","version":3,"features":["pipes","warp","signal","pipes",null],"more":{"a":[1]}}"""u8, out var features, out _));
        Assert.Equal(new("x", 3, GuestFeature.Pipes | GuestFeature.Signal), features);
        Assert.True(features.Has(GuestFeature.Pipes | GuestFeature.Signal));
        Assert.False(features.Has(GuestFeature.Pipes | GuestFeature.User));
    }

    [Fact]
    public void Ready_without_payload_is_a_2015_guest()
    {
        Assert.True(GuestFeatures.TryParse([], out var features, out _));
        Assert.Same(GuestFeatures.None, features);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("""{"features":null}""")]
    [InlineData("""{"init":"\ud800"}""")]
    [InlineData("""{"version":1,"version":2}""")]
    [InlineData("""{"version":99999999999}""")]
    [InlineData("\0\0\0\0")]
    public void Ready_that_is_not_the_documented_object_is_an_error_and_not_an_exception(string json)
    {
        Assert.False(GuestFeatures.TryParse(Encoding.UTF8.GetBytes(json), out var features, out var error));
        Assert.Same(GuestFeatures.None, features);
        Assert.Equal("READY payload is not the features JSON", error);
    }

    [Fact]
    public void Ready_is_bounded()
    {
        Assert.False(GuestFeatures.TryParse(new byte[WireLimits.ReadyPayload + 1], out _, out var error));
        Assert.Equal("READY payload of 65537 bytes is over the limit of 65536", error);
        Assert.False(GuestFeatures.TryParse(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 10_000)), out _, out _));
        Assert.True(GuestFeatures.TryParse(
            Encoding.UTF8.GetBytes($$"""{"init":"{{new string('n', 5000)}}"}"""), out var features, out _));
        Assert.Equal(64, features.Init.Length);
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(3, new int[0])]
    [InlineData(4, new[] { 0x01020304 })]
    [InlineData(7, new[] { 0x01020304 })]
    [InlineData(8, new[] { 0x01020304, 0x05060708 })]
    public void Exit_codes_of_any_length_are_read_as_far_as_they_go(int length, int[] codes) =>
        Assert.Equal(codes, ControlFrame.ReadExitCodes(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }.AsSpan(0, length)));

    [Fact]
    public void Exit_codes_are_bounded() =>
        Assert.Equal(WireLimits.ExitCodes, ControlFrame.ReadExitCodes(new byte[8 * WireLimits.ExitCodes]).Length);

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
