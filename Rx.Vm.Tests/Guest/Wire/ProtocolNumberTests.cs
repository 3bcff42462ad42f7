using System.Reflection;
using System.Text;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>The numbers both sides of a channel must agree on, written down a second time: a guest of another build may have them.</summary>
public class ProtocolNumberTests
{
    [Fact]
    public void Commands_have_their_numbers() => Assert.Equal(
        "GetVersion StartPod GetPod StopPod DestroyPod RestartContainer ExecCmd FinishCmd Ready Ack Error WinSize Ping FinishPod Next WriteFile ReadFile "
        + "NewContainer KillContainer OnlineCpuMem SetupInterface SetupRoute RemoveContainer ProcessAsyncEvent SignalProcess DeleteInterface",
        string.Join(' ', Enumerable.Range(0, 26).Select(number => (GuestCode)number)));

    [Fact]
    public void Commands_of_our_own_have_their_numbers() => Assert.Equal(
        [(64, "Window"), (65, "SignalExec"), (66, "ProcessEnd"), (67, "Request"), (68, "Answer")],
        Enum.GetValues<GuestCode>().Where(code => (uint)code > 25).Select(code => ((int)code, code.ToString())));

    [Fact]
    public void Limits_are_those_that_guests_were_built_with() => Assert.Equal(
        [
            ("ControlFrameToHost", 16_777_216), ("ControlFrameToGuest", 1_048_576), ("ControlWindow", 512), ("WideControlWindow", 65_536),
            ("TtyPayloadToGuest", 4084), ("WideTtyPayloadToGuest", 65_524), ("OldInput", 32), ("TtyPayloadToHost", 65_524), ("ErrorText", 4096),
            ("ReadyPayload", 65_536), ("ExitCodes", 1024), ("BufferFloor", 4096), ("BufferKept", 65_536), ("HeaderSize", 8), ("HeaderSize", 12),
        ],
        new[] { typeof(WireLimits), typeof(ControlFrame), typeof(TtyFrame) }
            .SelectMany(type => type.GetFields())
            .Where(field => field is { IsLiteral: true, Name: not nameof(WireLimits.ProcessMilliseconds) })
            .Select(field => (field.Name, (int)Constant(field))));

    [Theory]
    [InlineData(1, "pipes")]
    [InlineData(2, "user")]
    [InlineData(4, "serial-disk")]
    [InlineData(8, "overlay")]
    [InlineData(16, "exit-frame")]
    [InlineData(32, "stdin-eof")]
    [InlineData(64, "signal")]
    [InlineData(128, "wide")]
    [InlineData(256, "window")]
    [InlineData(512, "exec-signal")]
    [InlineData(1024, "ends")]
    [InlineData(2048, "ids")]
    public void A_feature_is_one_flag_and_one_name(int flag, string name)
    {
        var feature = (GuestFeature)flag;
        Assert.True(Enum.IsDefined(feature));
        var only = new GuestFeatures("x", 3, feature);
        Assert.Equal($$"""{"init":"x","version":3,"features":["{{name}}"]}""", Encoding.UTF8.GetString(only.ToPayload()));
        Assert.True(GuestFeatures.TryParse(only.ToPayload(), out var read, out _));
        Assert.Equal(only, read);
        Assert.Equal($"the guest lacks {name}", GuestFeatures.None.Lacking(feature));
        Assert.Null(only.Lacking(feature));
        Assert.True(GuestFeature.All.HasFlag(feature));
        Assert.False(only.Has(GuestFeature.All));
        Assert.DoesNotContain($" {name}", only.Lacking(GuestFeature.All)!.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void All_features_are_all_there_are() =>
        Assert.Equal(4095, Constant(typeof(GuestFeature).GetField(nameof(GuestFeature.All))!));

    [Theory]
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    public void The_name_of_an_init_is_kept_up_to_64_characters(int sent, int kept)
    {
        Assert.True(GuestFeatures.TryParse(new GuestFeatures(new string('i', sent), 1, GuestFeature.None).ToPayload(), out var read, out _));
        Assert.Equal(kept, read.Init.Length);
    }

    [Theory]
    [InlineData(WireLimits.ReadyPayload, "READY payload is not the features JSON")]
    [InlineData(WireLimits.ReadyPayload + 1, "READY payload of 65537 bytes is over the limit of 65536")]
    public void A_ready_that_is_too_long_is_not_read_and_one_that_just_fits_is(int length, string error)
    {
        Assert.False(GuestFeatures.TryParse(new byte[length], out var features, out var said));
        Assert.Equal((GuestFeatures.None, error), (features, said));
    }

    [Fact]
    public void A_guest_is_described_by_what_it_can_do()
    {
        Assert.Equal("init own, version 3: all features", new GuestFeatures("own", 3, GuestFeature.All).Describe());
        Assert.Equal("init old, version 1: ", new GuestFeatures("old", 1, GuestFeature.None).Describe());
        Assert.Equal("init some, version 2: wide, window", new GuestFeatures("some", 2, GuestFeature.Window | GuestFeature.Wide).Describe());
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    public void A_window_that_is_not_whole_is_none(int length)
    {
        var payload = Enumerable.Repeat((byte)7, length).ToArray();
        Assert.False(ControlFrame.TryReadWindow(payload, out var session, out var bytes));
        Assert.Equal((0ul, 0u), (session, bytes));
    }

    [Fact]
    public void A_ready_without_a_payload_is_a_guest_without_features()
    {
        Assert.True(GuestFeatures.TryParse([], out var features, out var error));
        Assert.Equal((GuestFeatures.None, ""), (features, error));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_header_is_read_when_it_is_there(int length)
    {
        var bytes = ControlFrame.Encode(GuestCode.Ack, [1, 2, 3]).AsSpan(0, length);
        Assert.Equal(length == 8, ControlFrame.TryReadHeader(bytes, out var code, out var declared));
        Assert.Equal(length == 8 ? (GuestCode.Ack, 11u) : (default, 0u), (code, declared));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_number_is_four_bytes_and_nothing_else(int length)
    {
        byte[] payload = [0, 0, 1, 2, 9];
        Assert.Equal(length == 4, ControlFrame.TryReadNext(payload.AsSpan(0, length), out var bytes));
        Assert.Equal(length == 4 ? 258u : 0, bytes);
        Assert.Equal(length == 4, TtyFrame.TryReadExit(payload.AsSpan(0, length), out var code));
        Assert.Equal(length == 4 ? 258 : 0, code);
    }

    [Fact]
    public void Exit_codes_beyond_the_limit_are_not_read()
    {
        var codes = Enumerable.Range(5, 1030).ToArray();
        Assert.Equal(codes[..1024], ControlFrame.ReadExitCodes(ControlFrame.EncodeExitCodes(codes)));
        Assert.Equal(codes[..2], ControlFrame.ReadExitCodes(ControlFrame.EncodeExitCodes(codes).AsSpan(0, 11)));
        Assert.Equal([0, 0, 1, 2, 255, 255, 255, 255], ControlFrame.EncodeExitCodes([258, -1]));
    }

    /// <summary>As the assembly has it: the compiler writes constants into whoever uses them.</summary>
    private static object Constant(FieldInfo constant) => constant.GetRawConstantValue()!;
}
