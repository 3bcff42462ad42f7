namespace Rx.Vm.Tests.Conformance;

/// <summary>QEMU with the default kernel, guest init and busybox image, as <c>./rx setup</c> leaves them in the cache.</summary>
public sealed class QemuConformanceHost() : ConformanceHost(new VmHostOptions());

[Collection("RealVm")]
[Trait("Category", "RealVm")]
public sealed class QemuConformanceTests(QemuConformanceHost host) : ConformanceTests(host), IClassFixture<QemuConformanceHost>;
