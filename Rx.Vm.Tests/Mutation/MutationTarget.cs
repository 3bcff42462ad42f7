namespace Rx.Vm.Tests.Mutation;

/// <summary>A folder whose code is changed, and the tests that must notice.</summary>
/// <param name="Name">What the command line calls it, and where its files are in the repository.</param>
/// <param name="Project">The project's folder and the name of its assembly.</param>
/// <param name="TestAssembly">Where the tests are.</param>
/// <param name="Tests">Their classes, the likeliest to notice first.
/// Only what takes no more than seconds: in virtual time, in memory, over sockets of this machine.</param>
internal sealed record MutationTarget(string Name, string Project, string TestAssembly, string[] Tests)
{
    public static readonly IReadOnlyList<MutationTarget> All =
    [
        new("Rx.Vm/Guest/Wire", "Rx.Vm", "Rx.Vm.Tests",
        [
            "Rx.Vm.Tests.Guest.Wire.ProtocolNumberTests", "Rx.Vm.Tests.Guest.Wire.FrameAssemblerTests", "Rx.Vm.Tests.Guest.Wire.FrameScannerTests",
            "Rx.Vm.Tests.Guest.Wire.PayloadTests", "Rx.Vm.Tests.Guest.Wire.PayloadDefaultsTests", "Rx.Vm.Tests.Guest.Wire.ProtocolDocumentTests",
            "Rx.Vm.Tests.Guest.GuestControlTests", "Rx.Vm.Tests.Guest.TtyMuxTests", "Rx.Vm.Tests.Guest.FlowControlTests",
            "Rx.Vm.Tests.Guest.BackPressureTests",
        ]),
        new("Rx.Qmp/Wire", "Rx.Qmp", "Rx.Qmp.Tests",
        [
            "Rx.Qmp.Tests.Wire.CommandWriterTests", "Rx.Qmp.Tests.Wire.CorkedStreamTests", "Rx.Qmp.Tests.Wire.FrameBufferTests",
            "Rx.Qmp.Tests.Wire.SocketErrorTests", "Rx.Qmp.Tests.Wire.UnixSocketFileTests", "Rx.Qmp.Tests.Wire.SocketStreamTests",
            "Rx.Qmp.Tests.Wire.ByteRecordStreamTests", "Rx.Qmp.Tests.Wire.FrameScannerTests", "Rx.Qmp.Tests.EndpointTests",
            "Rx.Qmp.Tests.ListenerTests", "Rx.Qmp.Tests.DescriptorTests", "Rx.Qmp.Tests.Wire.TlsCallersTests",
            "Rx.Qmp.Tests.Wire.CallersTests", "Rx.Qmp.Tests.Wire.SocketReaderTests",
        ]),
    ];

    public static MutationTarget Of(string name) =>
        All.FirstOrDefault(t => t.Name == name) ?? throw new FormatException($"there is no target '{name}'");
}
