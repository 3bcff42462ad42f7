using BenchmarkDotNet.Running;
using Rx.Benchmarks.Embed;
using Rx.Benchmarks.Qmp;

// "qmp …", "qmp-compare …" and "embed …" are load programs; everything else chooses benchmarks.
if (args is ["qmp", .. var rest])
{
    return QmpLoad.Run(rest);
}

if (args is ["qmp-compare", .. var pair])
{
    return await QmpCompare.RunAsync(pair);
}

if (args is ["embed", .. var wishes])
{
    return await EmbedLoad.RunAsync(wishes);
}

BenchmarkSwitcher.FromAssembly(typeof(QmpLoad).Assembly).Run(args);
return 0;
