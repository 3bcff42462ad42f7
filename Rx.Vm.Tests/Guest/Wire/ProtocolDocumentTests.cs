using System.Globalization;
using System.Text.RegularExpressions;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Rules;
using Rx.Vm.Tests.Architecture;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>docs/guest-protocol.md says what the code says: every code that is sent or read, every feature, every limit.</summary>
public partial class ProtocolDocumentTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/guest-protocol.md"));

    // Named so that a log can name them; this runtime neither sends nor answers them.
    private static readonly GuestCode[] Unused =
    [
        GuestCode.GetVersion, GuestCode.GetPod, GuestCode.RestartContainer, GuestCode.FinishCmd, GuestCode.WriteFile, GuestCode.ReadFile,
        GuestCode.NewContainer, GuestCode.OnlineCpuMem, GuestCode.SetupInterface, GuestCode.SetupRoute, GuestCode.RemoveContainer,
        GuestCode.ProcessAsyncEvent, GuestCode.SignalProcess, GuestCode.DeleteInterface,
    ];

    [Fact]
    public void The_table_of_frames_has_every_code_that_is_used_by_number_and_name_and_no_other()
    {
        var written = FrameRow().Matches(Page)
            .SelectMany(row => row.Groups[1].Value.Split(" / ").Zip(row.Groups[2].Value.Split(" / ")))
            .Select(pair => (uint.Parse(pair.First, CultureInfo.InvariantCulture), pair.Second)).Order();

        var coded = Enum.GetValues<GuestCode>().Except(Unused).Select(code => ((uint)code, code.ToString().ToUpperInvariant())).Order();

        Assert.Equal(coded, written);
    }

    [Fact]
    public void The_table_of_features_has_every_feature_and_no_other_and_the_example_announces_all()
    {
        var section = Page[Page.IndexOf("## READY features", StringComparison.Ordinal)..Page.IndexOf("## STARTPOD", StringComparison.Ordinal)];
        var all = new GuestFeatures("rxvm", 1, GuestFeature.All);
        var names = all.Lacking(GuestFeature.All) ?? GuestFeatures.None.Lacking(GuestFeature.All)!["the guest lacks ".Length..];

        Assert.Equal(names.Split(", "), FeatureRow().Matches(section).Select(row => row.Groups[1].Value).Where(name => name is not ("feature" or "---")));
        Assert.Contains($"`{System.Text.Encoding.UTF8.GetString(ReadyAnnouncement.Payload(groups: true))}`", section, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_are_those_of_the_code()
    {
        (string Text, long Value)[] limits =
        [
            ("may be at most 16 MiB", WireLimits.ControlFrameToHost >> 20), ("to the guest at most 1 MiB", WireLimits.ControlFrameToGuest >> 20),
            ("at most 512 unread bytes", WireLimits.ControlWindow), ("64 KiB with `wide`", WireLimits.WideControlWindow >> 10),
            ("Host→guest payload at most 4084 bytes", WireLimits.TtyPayloadToGuest), ("4084 bytes, 65,524 with", WireLimits.WideTtyPayloadToGuest),
            ("guest→host at most 65,524", WireLimits.TtyPayloadToHost), ("| 28 bytes, big-endian: 8 session", ProcessEnd.Size),
            ("An ANSWER of fewer than 12 bytes", NumberedFrame.HeaderSize), ("answers nothing: 64 are ignored", new GuestControlOptions().MaxStrayFrames),
            ("length **including** the 8-byte header", ControlFrame.HeaderSize), ("length **including** the 12-byte header", TtyFrame.HeaderSize),
        ];
        var flat = Page.ReplaceLineEndings(" ");
        Assert.All(limits, limit =>
        {
            Assert.Contains(limit.Text, flat, StringComparison.Ordinal);
            var digits = limit.Text.Replace(",", "", StringComparison.Ordinal);
            Assert.Contains(limit.Value.ToString(CultureInfo.InvariantCulture), digits, StringComparison.Ordinal);
        });
    }

    [GeneratedRegex(@"^\| (\d+(?: / \d+)?) \| ([A-Z]+(?: / [A-Z]+)?) \|", RegexOptions.Multiline)]
    private static partial Regex FrameRow();

    [GeneratedRegex(@"^\| ?([a-z-]+) ?\|", RegexOptions.Multiline)]
    private static partial Regex FeatureRow();
}
